//! The logs that the arguments of a command name.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::folder::Folder;
use crate::input::{Input, Unreadable};
use crate::store_name::{Refused, address};
use crate::stores::StoreLog;

/// The logs to read, and the paths that cannot be read.
pub(crate) struct Logs {
    pub(crate) inputs: Vec<Input>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Messages that name the logs that are left out.
    pub(crate) notes: Vec<String>,
}

impl Logs {
    /// The logs that these paths name: a file is one log, a folder is all of its files, and the address of a store is one log.
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        Self::besides(paths, None)
    }

    /// The same, for a command that writes `output`. Where a page or a picture of this name is in a folder, it is none of the
    /// folder's logs: the command wrote it before.
    pub(crate) fn besides(paths: &[PathBuf], output: Option<&Path>) -> Self {
        let mut logs = Self { inputs: Vec::new(), unreadable: Vec::new(), notes: Vec::new() };
        for path in paths {
            if path.as_os_str() == "-" {
                logs.inputs.push(Input::standard_input());
            } else if let Some(store) = address(path) {
                match StoreLog::open(store) {
                    Ok(store) => logs.inputs.push(Input::of_store(store)),
                    Err(Refused { store, why }) => {
                        logs.unreadable.push(Unreadable::new(Path::new(&store), &why));
                    }
                }
            } else if path.is_dir() {
                logs.folder(path, output);
            } else {
                logs.inputs.push(Input::of(path.clone(), false));
            }
        }
        logs.distinct()
    }

    /// The same logs, without further names of the same file.
    fn distinct(mut self) -> Self {
        let mut seen = BTreeMap::new();
        let mut distinct = Vec::new();
        for input in self.inputs {
            let first = input.identity().and_then(|identity| match seen.entry(identity) {
                Entry::Vacant(entry) => {
                    entry.insert(input.path.clone());
                    None
                }
                Entry::Occupied(entry) => Some(entry.get().clone()),
            });
            match first {
                Some(first) if first == input.path => {
                    self.notes.push(format!("{first} is named more than once, and read once"));
                }
                Some(first) => {
                    self.notes
                        .push(format!("{} is the same file as {first}, which is read once", input.path));
                }
                None => distinct.push(input),
            }
        }
        Self { inputs: distinct, ..self }
    }

    fn folder(&mut self, path: &Path, output: Option<&Path>) {
        let Folder { mut files, unreadable } = Folder::read(path);
        files.retain(|file| output.is_none_or(|output| !is_same_place(file, output) || !is_drawn(file)));
        if files.is_empty() && unreadable.is_empty() {
            self.unreadable.push(Unreadable::new(path, &"the folder holds no files"));
        }
        self.inputs.extend(files.into_iter().map(|file| Input::of(file, true)));
        self.unreadable.extend(unreadable.iter().map(|(folder, error)| Unreadable::new(folder, error)));
    }

    /// The same logs, so that each can be read more than once. What can be read only once, such as a pipe, is copied into a
    /// temporary file.
    pub(crate) fn kept(self) -> Self {
        let mut kept = Self { inputs: Vec::new(), unreadable: self.unreadable, notes: self.notes };
        for input in self.inputs {
            match input.keep() {
                Ok(input) => kept.inputs.push(input),
                Err(why) => kept.unreadable.push(why),
            }
        }
        kept
    }
}

/// True for two paths of one entry of a folder. A link and the file to which it leads are two entries.
fn is_same_place(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(folder_of(path)).ok();
    one.file_name() == other.file_name() && real(one).is_some_and(|folder| real(other) == Some(folder))
}

/// True for a page or a picture.
fn is_drawn(file: &Path) -> bool {
    let mut begin = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(LONGEST_MARK).read_to_end(&mut begin));
    read.is_ok() && MARKS.iter().any(|mark| begin.starts_with(mark.as_bytes()))
}

/// How pages and pictures begin.
const MARKS: [&str; 2] = ["<!DOCTYPE html>", "<svg "];

const LONGEST_MARK: u64 = 15;

/// The folder in which a file is.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
