//! Which calls a search keeps: those in which each of its words stands somewhere.

use super::catalogue::{Catalogue, Row};

/// A word that is looked for, and in which of the shared texts it stands.
struct Word {
    word: String,
    texts: Vec<bool>,
    names: Vec<bool>,
}

impl Catalogue {
    /// The rows that hold all words of a search, letters large or small; with `is_found`, only those with findings.
    pub(crate) fn search(&self, query: &str, is_found: bool) -> Vec<usize> {
        let words: Vec<_> = query.split_whitespace().map(|word| self.word(word)).collect();
        let rows = self.rows.iter().enumerate();
        let wanted = rows.filter(|(_, row)| !is_found || row.found.total() > 0);
        let wanted = wanted.filter(|(_, row)| words.iter().all(|word| self.holds(row, word)));
        wanted.map(|(index, _)| index).collect()
    }

    fn word(&self, word: &str) -> Word {
        let word = word.to_lowercase();
        let holds = |text: &String| stands(&word, text);
        let (texts, names) = (self.texts.iter().map(holds).collect(), self.names.iter().map(holds).collect());
        Word { word, texts, names }
    }

    fn holds(&self, row: &Row, word: &Word) -> bool {
        let is_in = |text: usize| word.texts.get(text).copied().unwrap_or_default();
        let is_named = |name: &u32| word.names.get(*name as usize).copied().unwrap_or_default();
        is_in(row.ending)
            || is_in(row.kinds)
            || row.state.is_some_and(|state| stands(&word.word, state.as_str()))
            || self.named.get(row.named.clone()).unwrap_or_default().iter().any(is_named)
            || row.id.is_some_and(|id| stands(&word.word, id.guid().hyphenated().encode_lower(&mut [0; 36])))
            || row.found.kept.iter().any(|noted| {
                let finding = &noted.placed.finding;
                stands(&word.word, finding.kind.as_str()) || stands(&word.word, &finding.message)
            })
    }
}

fn stands(word: &str, text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some() || text.to_lowercase().contains(word)
}
