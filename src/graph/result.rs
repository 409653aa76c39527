//! How something ended.

use alloc::string::String;

use super::wire::resource;

resource! {
    /// Why a call or an operation is as it is. Source:
    /// [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).
    pub struct ResultInfo {
        /// An HTTP-like code: 0 and 2xx success, 4xx the client's, 5xx the server's fault.
        code: i32 = "code",
        /// Refines the code.
        subcode: i32 = "subcode",
        /// For people; not meant to be parsed.
        message: String = "message",
    }
}

impl ResultInfo {
    pub(crate) fn plain(code: i32, subcode: i32) -> Self {
        Self { code: code.into(), subcode: subcode.into(), ..Self::default() }
    }

    /// True for the codes 0 and 2xx; false for any other, and where no code was told.
    ///
    /// ```
    /// use callfold::graph::ResultInfo;
    ///
    /// let ended: ResultInfo = serde_json::from_str(r#"{"code":0,"subcode":7015}"#)?;
    /// assert!(ended.is_success());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_success(&self) -> bool {
        self.code.value().is_some_and(|code| *code == 0 || (200..300).contains(code))
    }

    /// True where a code was told that is no success.
    ///
    /// ```
    /// use callfold::graph::ResultInfo;
    ///
    /// let failed: ResultInfo = serde_json::from_str(r#"{"code":500,"subCode":7000}"#)?;
    /// assert!(failed.is_failure());
    /// assert!(!ResultInfo::default().is_failure());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_failure(&self) -> bool {
        self.code.value().is_some() && !self.is_success()
    }
}
