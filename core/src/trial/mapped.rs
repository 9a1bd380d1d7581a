//! What processes hold: files that are mapped or open, asked of the kernel (`proc(5)`), where it can be asked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files that a process and those that it started have mapped or open at this moment.
pub(super) fn held_by(process: u32) -> BTreeSet<PathBuf> {
    let mut held = BTreeSet::new();
    let mut left = vec![process];
    let mut asked = BTreeSet::new();
    while let Some(process) = left.pop() {
        if asked.insert(process) {
            let root = PathBuf::from(format!("/proc/{process}"));
            held.extend(mapped(&std::fs::read_to_string(root.join("maps")).unwrap_or_default()));
            held.extend(opened(&root.join("fd")));
            left.extend(children(&root));
        }
    }
    held
}

/// The files of a `maps`: the sixth field, which may hold spaces.
fn mapped(maps: &str) -> BTreeSet<PathBuf> {
    let path = |line: &str| {
        let at = line.find(" /")?;
        line[at + 1..].strip_suffix(" (deleted)").is_none().then(|| PathBuf::from(&line[at + 1..]))
    };
    maps.lines().filter_map(path).collect()
}

fn opened(descriptors: &Path) -> BTreeSet<PathBuf> {
    let links = std::fs::read_dir(descriptors).into_iter().flatten().flatten();
    let files = links.filter_map(|link| std::fs::read_link(link.path()).ok());
    files.filter(|path| path.is_absolute() && path.is_file()).collect()
}

/// The children of all threads of a process, as far as none of them ends meanwhile.
fn children(root: &Path) -> Vec<u32> {
    let threads = std::fs::read_dir(root.join("task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|it| it.parse().ok()).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let maps = "7f1-7f2 r-xp 00000000 08:01 42   /opt/a b/libx.so.1\n7f2-7f3 rw-p 00000000 00:00 0 \n\
                    7f3-7f4 r--p 0 08:01 43 /tmp/gone.so (deleted)\n7f4-7f5 rw-p 0 00:00 0 [heap]\n";
        assert_eq!(mapped(maps), BTreeSet::from([PathBuf::from("/opt/a b/libx.so.1")]));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn of_this_process_and_its_child() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let is_seen = |held: &BTreeSet<PathBuf>| {
            held.contains(&std::env::current_exe().unwrap())
                && ["sleep", "coreutils", "busybox"].iter().any(|name| held.iter().any(|path| path.ends_with(name)))
        };
        // The kernel may pass over a child while another one ends, as those of other tests do.
        let seen = (0..100).map(|_| held_by(std::process::id())).any(|held| is_seen(&held));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(seen);
    }
}
