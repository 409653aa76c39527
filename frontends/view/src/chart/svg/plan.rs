//! The positions of everything in the pictures. They are set by hand, because the lifecycles rarely change and no layout
//! program draws them as clearly.
//!
//! Lengths are in units of the `viewBox`. The tests check the plans against the charts, and that nothing overlaps.

use callfold::chart::Chart;

use crate::anchor;

pub(super) struct Plan {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) superstates: &'static [Place],
    pub(super) states: &'static [Place],
    pub(super) arrows: &'static [Arrow],
}

pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// The arrow of one transition, of a transition from every state in a superstate, or of a beginning.
pub(super) struct Arrow {
    pub(super) from: Origin,
    pub(super) transition: &'static str,
    pub(super) to: &'static str,
    /// The points of the line, from its origin to its tip.
    pub(super) line: &'static [(i32, i32)],
    pub(super) label: Anchor,
    /// The position of the step numbers of a path.
    pub(super) numbers: Anchor,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Nothing,
    State(&'static str),
    Superstate(&'static str),
}

pub(super) type Anchor = anchor::Anchor<i32>;

impl Plan {
    pub(super) const fn of(chart: Chart) -> &'static Self {
        match chart {
            Chart::Call => &CALL,
            Chart::Operation => &OPERATION,
        }
    }
}

const fn place(name: &'static str, x: i32, y: i32, width: i32, height: i32) -> Place {
    Place { name, x, y, width, height }
}

use Origin::{Nothing, State, Superstate};
use anchor::Anchor::{Around, LeftOf, RightOf};

const CALL: Plan = Plan {
    width: 1190,
    height: 676,
    superstates: &[
        place("live", 140, 24, 1025, 470),
        place("setup", 165, 69, 385, 310),
        place("connected", 640, 69, 505, 310),
        place("transfer", 935, 94, 190, 265),
    ],
    states: &[
        place("incoming", 185, 109, 120, 40),
        place("establishing", 185, 214, 120, 40),
        place("ringing", 185, 319, 120, 40),
        place("redirecting", 415, 109, 120, 40),
        place("established", 680, 214, 110, 40),
        place("hold", 680, 109, 110, 40),
        place("transferring", 950, 129, 160, 40),
        place("transferAccepted", 950, 284, 160, 40),
        place("terminating", 335, 419, 130, 40),
        place("terminated", 575, 554, 130, 44),
    ],
    arrows: &[
        Arrow {
            from: Nothing,
            transition: "offered",
            to: "incoming",
            line: &[(50, 129), (185, 129)],
            label: Around(96, 117),
            numbers: Around(96, 145),
        },
        Arrow {
            from: Nothing,
            transition: "placed",
            to: "establishing",
            line: &[(50, 234), (185, 234)],
            label: Around(96, 222),
            numbers: Around(96, 250),
        },
        Arrow {
            from: State("incoming"),
            transition: "answered",
            to: "establishing",
            line: &[(245, 149), (245, 214)],
            label: RightOf(253, 181),
            numbers: LeftOf(237, 181),
        },
        Arrow {
            from: State("incoming"),
            transition: "redirected",
            to: "redirecting",
            line: &[(305, 129), (415, 129)],
            label: Around(358, 117),
            numbers: Around(358, 145),
        },
        Arrow {
            from: State("establishing"),
            transition: "alerted",
            to: "ringing",
            line: &[(245, 254), (245, 319)],
            label: RightOf(253, 286),
            numbers: LeftOf(237, 286),
        },
        Arrow {
            from: State("establishing"),
            transition: "established",
            to: "established",
            line: &[(305, 226), (680, 226)],
            label: Around(430, 214),
            numbers: Around(430, 242),
        },
        Arrow {
            from: State("ringing"),
            transition: "established",
            to: "established",
            line: &[(305, 339), (595, 339), (595, 242), (680, 242)],
            label: Around(430, 327),
            numbers: Around(430, 355),
        },
        Arrow {
            from: State("established"),
            transition: "held",
            to: "hold",
            line: &[(720, 214), (720, 149)],
            label: LeftOf(712, 192),
            numbers: LeftOf(712, 170),
        },
        Arrow {
            from: State("hold"),
            transition: "resumed",
            to: "established",
            line: &[(750, 149), (750, 214)],
            label: RightOf(758, 170),
            numbers: RightOf(758, 192),
        },
        Arrow {
            from: State("hold"),
            transition: "transferStarted",
            to: "transferring",
            line: &[(790, 139), (950, 139)],
            label: Around(860, 127),
            numbers: Around(860, 155),
        },
        Arrow {
            from: State("established"),
            transition: "transferStarted",
            to: "transferring",
            line: &[(790, 226), (915, 226), (915, 159), (950, 159)],
            label: Around(850, 214),
            numbers: LeftOf(908, 192),
        },
        Arrow {
            from: State("transferring"),
            transition: "transferAccepted",
            to: "transferAccepted",
            line: &[(968, 169), (968, 284)],
            label: RightOf(976, 215),
            numbers: RightOf(976, 238),
        },
        Arrow {
            from: Superstate("transfer"),
            transition: "transferFailed",
            to: "established",
            line: &[(935, 244), (790, 244)],
            label: Around(860, 257),
            numbers: Around(860, 278),
        },
        Arrow {
            from: Superstate("live"),
            transition: "terminationStarted",
            to: "terminating",
            line: &[(140, 439), (335, 439)],
            label: Around(235, 427),
            numbers: Around(235, 455),
        },
        Arrow {
            from: Superstate("live"),
            transition: "terminated",
            to: "terminated",
            line: &[(640, 494), (640, 554)],
            label: RightOf(648, 522),
            numbers: LeftOf(632, 522),
        },
    ],
};

const OPERATION: Plan = Plan {
    width: 1000,
    height: 364,
    superstates: &[place("pending", 170, 24, 230, 240), place("settled", 620, 24, 180, 240)],
    states: &[
        place("notStarted", 195, 69, 120, 40),
        place("running", 195, 194, 120, 40),
        place("completed", 645, 67, 130, 44),
        place("failed", 645, 192, 130, 44),
    ],
    arrows: &[
        Arrow {
            from: Nothing,
            transition: "operationCreated",
            to: "notStarted",
            line: &[(35, 89), (195, 89)],
            label: Around(105, 77),
            numbers: Around(105, 105),
        },
        Arrow {
            from: Nothing,
            transition: "operationCreated",
            to: "running",
            line: &[(35, 214), (195, 214)],
            label: Around(105, 202),
            numbers: Around(105, 230),
        },
        Arrow {
            from: Nothing,
            transition: "operationCreated",
            to: "completed",
            line: &[(950, 89), (775, 89)],
            label: Around(873, 77),
            numbers: Around(873, 105),
        },
        Arrow {
            from: Nothing,
            transition: "operationCreated",
            to: "failed",
            line: &[(950, 214), (775, 214)],
            label: Around(873, 202),
            numbers: Around(873, 230),
        },
        Arrow {
            from: State("notStarted"),
            transition: "operationStarted",
            to: "running",
            line: &[(255, 109), (255, 194)],
            label: RightOf(263, 151),
            numbers: LeftOf(247, 151),
        },
        Arrow {
            from: Superstate("pending"),
            transition: "operationCompleted",
            to: "completed",
            line: &[(400, 89), (645, 89)],
            label: Around(510, 77),
            numbers: Around(510, 105),
        },
        Arrow {
            from: Superstate("pending"),
            transition: "operationFailed",
            to: "failed",
            line: &[(400, 214), (645, 214)],
            label: Around(510, 202),
            numbers: Around(510, 230),
        },
    ],
};
