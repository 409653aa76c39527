//! The search: it keeps the calls that contain every word of the query somewhere.

use super::call_list::{CallList, Row};

/// A word of a query, and which of the shared texts and names contain it.
struct Word {
    word: String,
    texts: Vec<bool>,
    names: Vec<bool>,
}

impl CallList {
    /// The rows that contain all words of a query, in upper or lower case. With `has_findings`, only rows with findings.
    pub(crate) fn search(&self, query: &str, has_findings: bool) -> Vec<usize> {
        let words: Vec<_> = query.split_whitespace().map(|word| self.word(word)).collect();
        let rows = self.rows.iter().enumerate();
        let wanted = rows.filter(|(_, row)| !has_findings || row.findings.total() > 0);
        let wanted = wanted.filter(|(_, row)| words.iter().all(|word| self.holds(row, word)));
        wanted.map(|(index, _)| index).collect()
    }

    fn word(&self, word: &str) -> Word {
        let word = word.to_lowercase();
        let holds = |text: &String| contains(&word, text);
        let (texts, names) = (self.texts.iter().map(holds).collect(), self.names.iter().map(holds).collect());
        Word { word, texts, names }
    }

    fn holds(&self, row: &Row, word: &Word) -> bool {
        let is_in = |text: usize| word.texts.get(text).copied().unwrap_or_default();
        let is_named = |name: &u32| word.names.get(*name as usize).copied().unwrap_or_default();
        is_in(row.ending)
            || is_in(row.kinds)
            || row.state.is_some_and(|state| contains(&word.word, state.as_str()))
            || self.named.get(row.named.clone()).unwrap_or_default().iter().any(is_named)
            || row
                .id
                .is_some_and(|id| contains(&word.word, id.guid().hyphenated().encode_lower(&mut [0; 36])))
            || row.findings.kept.iter().any(|kept| {
                let finding = &kept.located.finding;
                contains(&word.word, finding.kind.as_str()) || contains(&word.word, &finding.message)
            })
    }
}

fn contains(word: &str, text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some() || text.to_lowercase().contains(word)
}
