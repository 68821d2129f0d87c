//! Times our network and PyTorch's in alternation on the same machine: `cargo bench --bench against_peer -- [OPTIONS]`.
//!
//! `benches/peer/README.md` lists the requirements. Options with their defaults: `--model FILE` (the built-in model),
//! `--threads N` (2), `--rounds N` (9), and any number of `--pass BATCH` and `--train BATCH` (`--pass 1 --pass 2
//! --train 16`).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use candle_core::{DType, Device, Tensor};
use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::diffusion::cue_encoder::HARMONY_WIDTH;
use diff_bgm::diffusion::model::Model;
use diff_bgm::formats::safetensors_file::{Container, tensor};
use diff_bgm::train::batch::{Batch, Conditions};
use diff_bgm::train::freed_memory;
use diff_bgm::train::loss::loss;
use diff_bgm::train::variables::{Named, Variables};

const MIDDLE_STEP: usize = 500;
const WARM_UP_ROUNDS: usize = 2;

fn main() {
    let options = Options::of_the_command_line();
    rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build_global()
        .expect("no thread pool exists yet");
    let ours = Ours::load(&options.model);
    let mut peer = Peer::start(&options);
    for &(kind, batch) in &options.work {
        let work = ours.prepare(kind, batch);
        let mut seconds: [Vec<f64>; 2] = Default::default();
        for _ in 0..WARM_UP_ROUNDS + options.rounds {
            let start = Instant::now();
            work();
            seconds[0].push(start.elapsed().as_secs_f64());
            seconds[1].push(peer.seconds_of(kind, batch));
        }
        let [ours, theirs] = seconds.map(|all| median(all[WARM_UP_ROUNDS..].to_vec()));
        println!(
            "{kind} of batch {batch}: {:.1} ms, PyTorch {:.1} ms, ratio {:.3}",
            ours * 1e3,
            theirs * 1e3,
            ours / theirs
        );
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

struct Options {
    model: PathBuf,
    threads: usize,
    rounds: usize,
    work: Vec<(&'static str, usize)>,
}

impl Options {
    fn of_the_command_line() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut options = Self {
            model: root.join("models/default.safetensors"),
            threads: 2,
            rounds: 9,
            work: Vec::new(),
        };
        let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments.next().expect("each option has a value");
            let number = || value.parse().expect("a number");
            match name.as_str() {
                "--model" => options.model = value.clone().into(),
                "--threads" => options.threads = number(),
                "--rounds" => options.rounds = number(),
                "--pass" => options.work.push(("pass", number())),
                "--train" => options.work.push(("train", number())),
                _ => panic!("{name} is not an option"),
            }
        }
        if options.work.is_empty() {
            options.work = vec![("pass", 1), ("pass", 2), ("train", 16)];
        }
        options
    }
}

/// Our network, for forward passes and for training.
struct Ours {
    model: Model,
    variables: Variables,
}

impl Ours {
    fn load(path: &Path) -> Self {
        let model = Model::load(path, &Device::Cpu).expect("a model");
        let bytes = fs::read(path).expect("it was just read");
        let container = Container::parse(&bytes).expect("it was just parsed");
        let weights: Named<Tensor> = (container.tensors.tensors().into_iter())
            .map(|(name, view)| {
                let weight = tensor(&name, &view, &Device::Cpu).expect("a tensor");
                (name, weight.to_dtype(DType::F32).expect("numbers"))
            })
            .collect();
        let variables = Variables::from_tensors(model.config(), &weights, &Device::Cpu);
        Self {
            variables: variables.expect("the model's weights"),
            model,
        }
    }

    /// Returns the work to time: a forward pass, or a forward and a backward pass.
    fn prepare(&self, kind: &str, batch: usize) -> Box<dyn Fn() + '_> {
        let [_, channels, steps, pitches] = self.model.roll_shape();
        let shape = [batch, channels, steps, pitches];
        let noise = Tensor::randn(0f32, 1.0, &shape, &Device::Cpu).expect("noise");
        if kind == "pass" {
            let free = self.model.null_condition().expect("a condition");
            let condition = self.model.prepare(&vec![&free; batch]).expect("a context");
            return Box::new(move || {
                let predicted = self.model.predict(&noise, MIDDLE_STEP, &condition);
                predicted.expect("a pass");
            });
        }
        let batch = Batch {
            x_0: noise.clone(),
            noise,
            diffusion_steps: vec![MIDDLE_STEP; batch],
            conditions: self.free_conditions(batch),
        };
        freed_memory::keep();
        Box::new(move || {
            // Training changes the weights at every step, so it rebuilds the network each time.
            let model = self.variables.model().expect("a network");
            let loss = loss(&model, &batch, &Device::Cpu).expect("a loss");
            loss.backward().expect("gradients");
        })
    }

    /// Conditions of zeros, which leave everything to the network.
    fn free_conditions(&self, batch: usize) -> Conditions {
        let config = self.model.config();
        let beats = self.model.segment_beats();
        let zeros = |width| Tensor::zeros((batch, beats, width), DType::F32, &Device::Cpu);
        if config.cond_type == ConditionKind::Cues {
            return Conditions::Cues {
                cues: zeros(config.cue_row_width()).expect("rows"),
                harmony: config.harmony.then(|| zeros(HARMONY_WIDTH).expect("rows")),
            };
        }
        Conditions::Embeddings {
            visual: Some(zeros(config.d_cond).expect("rows")),
            caption: None,
            free: vec![false; batch],
        }
    }
}

/// PyTorch in its own process.
struct Peer {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(options: &Options) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer/time_pass.py");
        let mut process = Command::new("python3")
            .arg("-B")
            .arg(script)
            .arg("--model")
            .arg(&options.model)
            .args(["--threads", &options.threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut peer = Self {
            questions: process.stdin.take(),
            answers: BufReader::new(process.stdout.take().expect("stdout is piped")),
            process,
        };
        assert_eq!(peer.answer(), "ready", "PyTorch may not be installed");
        peer
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }

    fn seconds_of(&mut self, kind: &str, batch: usize) -> f64 {
        let questions = self.questions.as_mut().expect("the process is running");
        writeln!(questions, "{kind} {batch}").expect("the process reads its input");
        self.answer().parse().expect("seconds")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Closing its input ends the process.
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}
