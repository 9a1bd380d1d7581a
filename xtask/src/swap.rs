//! Swap in compressed memory (zram), for as long as a task needs it.

use crate::shell::{Outcome, about, command, run};
use std::fs;
use std::path::{Path, PathBuf};

const CONTROL: &str = "/sys/class/zram-control";
/// What may be swapped out; compressed, it takes a third or less.
const SIZE: &str = "48G";

/// Swapped on until it is dropped.
#[derive(Debug)]
pub(crate) struct CompressedSwap {
    number: String,
}

impl CompressedSwap {
    /// Sets it up; `None`, which is told, where there is swap already, no zram, or no right to.
    pub(crate) fn on() -> Outcome<Option<Self>> {
        let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
        if let Some(line) = swaps.lines().nth(1) {
            eprintln!("xtask: there is swap already: {line}");
            return Ok(None);
        }
        let Ok(number) = fs::read_to_string(format!("{CONTROL}/hot_add")) else {
            eprintln!("xtask: no zram, or no right to set it up: memory that is paged out stays where it is");
            return Ok(None);
        };
        let swap = Self { number: number.trim().to_owned() };
        let algorithm = swap.attribute("comp_algorithm");
        // Faster to decompress than the kernel's own choice, where it is built in.
        let _ = fs::write(&algorithm, "lz4");
        let size = swap.attribute("disksize");
        fs::write(&size, SIZE).map_err(|error| about(&size, &error))?;
        swap.make_node()?;
        run(&mut command("mkswap", ["--quiet", &swap.device()]))?;
        run(&mut command("swapon", ["--priority", "100", &swap.device()]))?;
        Ok(Some(swap))
    }

    fn device(&self) -> String {
        format!("/dev/zram{}", self.number)
    }

    fn attribute(&self, name: &str) -> PathBuf {
        Path::new("/sys/block").join(format!("zram{}", self.number)).join(name)
    }

    /// In a container nobody makes it.
    fn make_node(&self) -> Outcome {
        if Path::new(&self.device()).exists() {
            return Ok(());
        }
        let file = self.attribute("dev");
        let numbers = fs::read_to_string(&file).map_err(|error| about(&file, &error))?;
        let (major, minor) = numbers.trim().split_once(':').ok_or("no device number")?;
        run(&mut command("mknod", [&self.device(), "b", major, minor]))
    }
}

impl Drop for CompressedSwap {
    fn drop(&mut self) {
        let off = run(&mut command("swapoff", [self.device()]));
        let removed = fs::write(format!("{CONTROL}/hot_remove"), &self.number);
        if off.is_err() || removed.is_err() {
            eprintln!("xtask: {} is left", self.device());
        }
    }
}
