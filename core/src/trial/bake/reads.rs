//! What a start from the image reads from disk.

use super::options::BakeOptions;
use crate::error::Result;
use crate::package::Package;
use crate::preload::{Image, LaidOut, Reads};
use crate::sys::page_cache;
use crate::trial::session::Session;
use crate::trial::startup_files;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Gaps of so many pages are read too: one request for more costs less than two.
const MOST_GAP: usize = 8;

/// Starts the function once with its files out of memory, and looks which parts of them are in it afterwards.
///
/// Files that stay in memory because others use them are left out, as they would be in memory anyway; so are files of
/// other users, of which the kernel does not tell. Gives also the file that the start opened as the image.
pub(super) async fn record(package: &Package, image: &Path, options: &BakeOptions) -> Result<(Reads, PathBuf)> {
    let mut trial = options.trial.clone();
    trial.image = Some(image.to_owned());
    let session = Session::plain(package, &trial).await?;
    let mut files = startup_files::of(package, &session.report()?.interpreter);
    let opened = Image::open(image)?;
    // What a start from the image opens in its place.
    let laid_out = LaidOut::is_needed(&opened).then(|| LaidOut::make(&opened, &session.images())).transpose()?;
    let laid_out = laid_out.map_or_else(|| image.to_owned(), |it| it.image);
    files.extend(["blob", "rest"].map(|name| laid_out.with_file_name(name)).into_iter().filter(|it| it.is_file()));
    files.push(laid_out.clone());
    for file in &files {
        // What cannot be opened is not read either.
        let _ = File::open(file).and_then(|file| page_cache::forget(&file));
    }
    let before: Vec<_> = files.iter().map(pages).collect();
    session.import().await?;
    if let Some(event) = options.trial.events.first() {
        // What the function answers was looked at before.
        let _ = session.invoke(0, event, Duration::ZERO).await;
    }
    let mut reads = Reads::default();
    for (file, before) in files.iter().zip(before) {
        add(&mut reads, file, &before, &pages(file));
    }
    session.end().await;
    Ok((reads, laid_out))
}

fn pages(file: &PathBuf) -> Vec<bool> {
    File::open(file).and_then(|file| page_cache::resident(&file)).unwrap_or_default()
}

/// Adds the pages that came into memory, runs of them as one part.
fn add(reads: &mut Reads, file: &Path, before: &[bool], after: &[bool]) {
    let size = page_cache::page_size() as u64;
    for (from, to) in runs(before, after) {
        reads.add(file, from as u64 * size, (to - from) as u64 * size);
    }
}

/// From which page to before which other, with small gaps closed.
fn runs(before: &[bool], after: &[bool]) -> Vec<(usize, usize)> {
    let came = after.iter().zip(before).enumerate().filter(|(_, (after, before))| **after && !**before);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (page, _) in came {
        match runs.last_mut() {
            Some((_, end)) if page - *end <= MOST_GAP => *end = page + 1,
            _ => runs.push((page, page + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_merged_over_small_gaps() {
        let mut after = vec![false; 40];
        for page in [0, 1, 2, 8, 20, 39] {
            after[page] = true;
        }
        let mut before = vec![false; 40];
        assert_eq!(runs(&before, &after), [(0, 9), (20, 21), (39, 40)]);
        before[20] = true;
        assert_eq!(runs(&before, &after), [(0, 9), (39, 40)]);
        assert_eq!(runs(&[], &after), []);
    }
}
