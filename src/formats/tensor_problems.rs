//! How the tensors of a file differ from those that a network needs.

use crate::error::Fault;

/// How many tensors a message names per kind of problem.
const NAMED_IN_A_MESSAGE: usize = 6;

/// The tensors of a file that are not as a network needs them.
#[derive(Debug, Default)]
pub(crate) struct TensorProblems {
    /// The names of those that are needed and not there.
    pub(crate) missing: Vec<String>,
    /// Those of another shape: the name, and both shapes.
    pub(crate) misshapen: Vec<String>,
    /// The names of those that are there and not needed.
    pub(crate) unexpected: Vec<String>,
}

impl TensorProblems {
    /// # Errors
    /// Returns an error that lists the problems, if there are any, and says that `expected` was expected.
    pub(crate) fn check(&self, expected: &str) -> Result<(), Fault> {
        let problems: Vec<String> = [
            ("missing", &self.missing),
            ("misshapen", &self.misshapen),
            ("unexpected", &self.unexpected),
        ]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(problem, names)| describe(problem, names))
        .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Fault::new(problems.join("; "), expected))
    }
}

fn describe(problem: &str, names: &[String]) -> String {
    let shown = names[..names.len().min(NAMED_IN_A_MESSAGE)].join(", ");
    let more = match names.len().saturating_sub(NAMED_IN_A_MESSAGE) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let tensors = if names.len() == 1 {
        "tensor"
    } else {
        "tensors"
    };
    format!("{} {problem} {tensors} ({shown}{more})", names.len())
}
