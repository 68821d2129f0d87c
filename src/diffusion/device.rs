//! The processor that runs the network.

use std::fmt;
use std::str::FromStr;

use candle_core::Device;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Fault, Result, find_named};

/// A kind of processor. The CPU is always available; each other kind needs the Cargo feature of the same name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// The CPU, with this crate's kernels; gives the same notes on every machine.
    #[default]
    Cpu,
    /// The first NVIDIA GPU.
    Cuda,
    /// The first GPU of a Mac.
    Metal,
}

impl DeviceKind {
    /// All kinds, compiled in or not.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Cuda, Self::Metal];

    /// Returns the name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }

    /// Returns whether this build supports it.
    pub(crate) fn is_compiled_in(self) -> bool {
        match self {
            Self::Cpu => true,
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Metal => cfg!(feature = "metal"),
        }
    }

    /// Opens the device.
    ///
    /// # Errors
    /// Returns an error if this build does not support it or the machine has none.
    pub fn open(self) -> Result<Device> {
        if !self.is_compiled_in() {
            return Err(Error::Usage(format!(
                "This build does not support the device `{self}`. Build with --features {self}, or use `cpu`."
            )));
        }
        let opened = match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => Device::new_cuda(0),
            Self::Metal => Device::new_metal(0),
        };
        opened.map_err(|error| {
            Error::Usage(format!(
                "The device `{self}` cannot be opened ({error}). Use the device `cpu` instead."
            ))
        })
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DeviceKind {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a device", name, &Self::ALL, Self::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_a_device_that_is_not_compiled_in_names_the_feature_to_build_with() {
        for kind in DeviceKind::ALL {
            if !kind.is_compiled_in() {
                let message = kind.open().unwrap_err().to_string();
                assert!(message.contains(&format!("--features {kind}")), "{message}");
            }
        }
        assert!(DeviceKind::Cpu.open().unwrap().is_cpu());
    }

    #[test]
    fn devices_parse_by_name() {
        assert_eq!("metal".parse(), Ok(DeviceKind::Metal));
        assert!("gpu".parse::<DeviceKind>().is_err());
    }
}
