//! The result of a call or an operation.

use alloc::string::String;

use super::wire::declare::resource;

resource! {
    /// The result of a call or an operation: a code, a subcode and a message.
    /// [`EndCode`](crate::graph::EndCode) lists the known pairs of code and subcode. Source:
    /// [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).
    pub struct ResultInfo {
        /// A code like those of HTTP: 0 and 200 to 299 mean success, 400 to 499 an error of the client, and
        /// 500 to 599 an error of the service.
        code: i32 = "code",
        /// The subcode, which gives the exact reason.
        subcode: i32 = "subcode",
        /// A text for people. Programs are not meant to parse it.
        message: String = "message",
    }
}

impl ResultInfo {
    pub(crate) fn plain(code: i32, subcode: i32) -> Self {
        Self { code: code.into(), subcode: subcode.into(), ..Self::default() }
    }

    /// True for the code 0 and the codes 200 to 299. False for any other code, and if there is no code.
    ///
    /// ```
    /// use callfold::graph::ResultInfo;
    ///
    /// let result = |json| callfold::serde_json::from_str::<ResultInfo>(json);
    /// assert!(result(r#"{"code":0,"subcode":7015}"#)?.is_success());
    /// assert!(result(r#"{"code":500,"subCode":7000}"#)?.is_failure());
    ///
    /// // Without a code, a result is neither a success nor a failure.
    /// let unknown = result(r#"{"message":"the call ended"}"#)?;
    /// assert!(!unknown.is_success() && !unknown.is_failure());
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn is_success(&self) -> bool {
        self.code.value().is_some_and(|code| *code == 0 || (200..300).contains(code))
    }

    /// True if there is a code and the code does not mean success.
    pub fn is_failure(&self) -> bool {
        self.code.value().is_some() && !self.is_success()
    }
}
