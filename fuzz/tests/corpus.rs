//! Runs every file of the corpus without a fuzzer. Each must keep every promise.

use std::fs;
use std::path::Path;

use callfold_fuzz::TARGETS;

#[test]
fn every_file_of_the_corpus_passes_its_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, target) in TARGETS {
        let files = fs::read_dir(corpus.join(name)).expect("every target has a corpus");
        let mut count = 0;
        for file in files {
            let path = file.expect("the folder is read").path();
            let input = fs::read(&path).expect("the file is read");
            let run = std::panic::catch_unwind(|| target(&input));
            assert!(run.is_ok(), "{name} fails with {}", path.display());
            count += 1;
        }
        assert!(count > 0, "the corpus of {name} is empty");
    }
}
