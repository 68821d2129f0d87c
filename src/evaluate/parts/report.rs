//! The figures of an evaluation by part and task, for JSON and as tables.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::segment::Segment;
use super::together::{self, FOLLOWED, followed, groove_with_kept, lead_followed};
use super::{Painted, Task, accompaniment, lead};
use crate::counted::counted;
use crate::dataset::parts_cache::Window;
use crate::evaluate::report::{Cell, Pair};
use crate::evaluate::statistics::mean;
use crate::music::metrics::Metrics;
use crate::time::Bars;

/// The key of how a lead follows what it was asked to.
const LEAD_FOLLOWED: &str = "followed";
const GROOVE_WITH_KEPT: &str = "groove_with_kept";

/// Pairs of figures by their keys, which `docs/experiments.md` explains.
pub type Figures = BTreeMap<&'static str, Pair>;

/// The figures of one task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskReport {
    /// The lead.
    pub lead: Figures,
    /// The accompaniment.
    pub accompaniment: Figures,
    /// Both parts together.
    pub both: Figures,
    /// How far the rhythm of painted bars agrees with that of kept ones; empty if no bar is kept.
    pub groove_with_kept: Pair,
}

/// Some of the windows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// How many there are.
    pub segments: usize,
    /// Their figures, by task.
    pub tasks: BTreeMap<Task, TaskReport>,
}

/// The figures of all tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartsReport {
    /// The lead of the first task.
    pub lead: Figures,
    /// The accompaniment of the first task.
    pub accompaniment: Figures,
    /// Both parts of the first task together.
    pub both: Figures,
    /// Every task.
    pub tasks: BTreeMap<Task, TaskReport>,
    /// Every task, for the windows of each style.
    pub by_style: BTreeMap<String, Group>,
    /// Every task, for the windows in each metre.
    pub by_metre: BTreeMap<String, Group>,
    #[serde(skip)]
    segments: usize,
}

impl PartsReport {
    /// Compares what was painted of `windows` with the windows; every task has as many results, in their order. `None` if
    /// there is no task.
    pub fn new(windows: &[Window], painted: &BTreeMap<Task, Vec<Painted>>) -> Option<Self> {
        let real = Set::new(windows.iter().map(|window| segment(window, None)));
        let sets: Vec<(Task, Set)> = (painted.iter())
            .map(|(&task, painted)| {
                let pairs = windows.iter().zip(painted);
                let came = pairs.map(|(window, painted)| segment(window, Some(painted)));
                (task, Set::new(came))
            })
            .collect();
        let group = |places: &[usize]| -> Group {
            let tasks = (sets.iter())
                .map(|(task, came)| (*task, TaskReport::new(*task, &real, came, places)));
            Group {
                segments: places.len(),
                tasks: tasks.collect(),
            }
        };
        let groups = |name: &dyn Fn(&Window) -> String| -> BTreeMap<String, Group> {
            let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (index, window) in windows.iter().enumerate() {
                places.entry(name(window)).or_default().push(index);
            }
            let named = places.into_iter();
            named.map(|(name, places)| (name, group(&places))).collect()
        };
        let all = group(&(0..windows.len()).collect::<Vec<_>>());
        let first = all.tasks.values().next()?.clone();
        Some(Self {
            lead: first.lead,
            accompaniment: first.accompaniment,
            both: first.both,
            tasks: all.tasks,
            by_style: groups(&|window| window.place.style.to_string()),
            by_metre: groups(&|window| window.metre.unwrap_or_default().to_string()),
            segments: windows.len(),
        })
    }
}

fn segment<'a>(window: &'a Window, painted: Option<&'a Painted>) -> Segment<'a> {
    let metre = window.metre.unwrap_or_default();
    match painted {
        Some(painted) => Segment::new(&painted.roll, &painted.chords, metre),
        None => Segment::new(&window.roll, &window.chords, metre),
    }
}

/// The figures of one segment.
struct Measured {
    lead: [Option<f64>; lead::KEYS.len()],
    accompaniment: [Option<f64>; accompaniment::KEYS.len()],
    both: [Option<f64>; together::KEYS.len()],
}

/// Segments with their figures.
struct Set<'a> {
    segments: Vec<Segment<'a>>,
    measured: Vec<Measured>,
}

impl<'a> Set<'a> {
    fn new(segments: impl Iterator<Item = Segment<'a>>) -> Self {
        let segments: Vec<Segment> = segments.collect();
        let measure = |segment: &Segment| {
            let bars = Bars(segment.steps / segment.metre.bar_steps());
            let metrics = Metrics::in_metre(segment.merged.clone(), bars, segment.metre);
            Measured {
                lead: lead::of(segment),
                accompaniment: accompaniment::of(segment, &metrics),
                both: together::of(segment, &metrics),
            }
        };
        Self {
            measured: segments.iter().map(measure).collect(),
            segments,
        }
    }

    /// Returns the mean of a figure over some of the segments, without those that have none.
    fn mean(&self, places: &[usize], figure: impl Fn(&Measured) -> Option<f64>) -> Option<f64> {
        let values = places
            .iter()
            .filter_map(|&place| figure(&self.measured[place]));
        mean(&values.collect::<Vec<_>>())
    }

    fn some(&self, places: &[usize]) -> Vec<&Segment<'a>> {
        places.iter().map(|&place| &self.segments[place]).collect()
    }
}

impl TaskReport {
    fn new(task: Task, real: &Set, came: &Set, places: &[usize]) -> Self {
        let figures = |keys: &[&'static str], of: &dyn Fn(&Measured, usize) -> Option<f64>| {
            let pair = |(index, &key): (usize, &&'static str)| {
                let mean = |set: &Set| set.mean(places, |measured| of(measured, index));
                (key, pair(mean, real, came))
            };
            keys.iter().enumerate().map(pair).collect::<Figures>()
        };
        let asked = real.some(places);
        let mut lead = figures(&lead::KEYS, &|measured, index| measured.lead[index]);
        let followed_by = |set: &Set| lead_followed(&asked, &set.some(places));
        lead.insert(LEAD_FOLLOWED, pair(followed_by, real, came));
        let mut both = figures(&together::KEYS, &|measured, index| measured.both[index]);
        for (key, cue) in FOLLOWED {
            let followed_by = |set: &Set| followed(&asked, &set.some(places), cue);
            both.insert(key, pair(followed_by, real, came));
        }
        let groove = |set: &Set| groove_with_kept(&set.some(places), task);
        Self {
            lead,
            accompaniment: figures(&accompaniment::KEYS, &|measured, index| {
                measured.accompaniment[index]
            }),
            both,
            groove_with_kept: pair(groove, real, came),
        }
    }

    /// Returns the rows of a table: label and figure.
    fn rows(&self) -> Vec<(String, Pair)> {
        let keyed = |part: &str, keys: &[&str], figures: &Figures| -> Vec<(String, Pair)> {
            let row = |key: &&str| (format!("{part}: {key}"), figures[*key]);
            keys.iter().map(row).collect()
        };
        let followed = FOLLOWED.map(|(key, _)| key);
        let mut rows = keyed("lead", &lead::KEYS, &self.lead);
        rows.extend(keyed("lead", &[LEAD_FOLLOWED], &self.lead));
        rows.extend(keyed("acc", &accompaniment::KEYS, &self.accompaniment));
        rows.extend(keyed("both", &together::KEYS, &self.both));
        rows.extend(keyed("both", &followed, &self.both));
        rows.push((GROOVE_WITH_KEPT.to_owned(), self.groove_with_kept));
        rows
    }
}

fn pair(figure: impl Fn(&Set) -> Option<f64>, real: &Set, came: &Set) -> Pair {
    Pair {
        real: figure(real),
        generated: figure(came),
    }
}

/// Formats a table of all windows, with a column for each task, and one of each style and metre if there are several.
impl fmt::Display for PartsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_table(f, "all", self.segments, &self.tasks)?;
        for groups in [&self.by_style, &self.by_metre] {
            for (name, group) in groups.iter().filter(|_| groups.len() > 1) {
                write_table(f, name, group.segments, &group.tasks)?;
            }
        }
        Ok(())
    }
}

/// Writes the figures of some windows. Held-out bars beside kept ones are not the same in every task, so that row names its
/// real figures, too.
fn write_table(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    segments: usize,
    tasks: &BTreeMap<Task, TaskReport>,
) -> fmt::Result {
    let title = format!("{name}, {}", counted(segments, "segment"));
    write!(f, "{title:<26}{:>9}", "real")?;
    for task in tasks.keys() {
        write!(f, "{task:>11}")?;
    }
    writeln!(f)?;
    let columns: Vec<Vec<(String, Pair)>> = tasks.values().map(TaskReport::rows).collect();
    for row in 0..columns.first().map_or(0, Vec::len) {
        let (label, pair) = &columns[0][row];
        if label == GROOVE_WITH_KEPT {
            write!(f, "{:<26}{:>9}", "real groove_with_kept", "")?;
            for column in &columns {
                write!(f, "{:>11}", Cell(column[row].1.real))?;
            }
            write!(f, "\n{label:<26}{:>9}", "")?;
        } else {
            write!(f, "{label:<26}{:>9}", Cell(pair.real))?;
        }
        for column in &columns {
            write!(f, "{:>11}", Cell(column[row].1.generated))?;
        }
        writeln!(f)?;
    }
    writeln!(f)
}
