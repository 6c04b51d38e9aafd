"""What a backend may do to those who send to it, for table tests that have the receiver misbehave."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Backend:
    """A way to misbehave. `mode`: of the receiver's /ctl; empty: nobody listens."""
    mode: str
    fails: bool = True  # No request is accepted; the agent counts its tries.
    may_keep: bool = False  # It may have kept what it did not acknowledge, so that it comes twice.
    refused: range = range(0)  # Numbers of lines that it never accepts.

    def begin(self, receiver):
        if self.mode:
            receiver.post(f"/ctl?mode={self.mode}")
        else:
            receiver.kill()

    def end(self, receiver):
        if self.mode:
            receiver.post("/ctl?mode=ok")
        else:
            receiver.start()

    @property
    def forgets(self):
        """A receiver that was started again remembers nothing of before."""
        return not self.mode


# By what follows from it: a group has one row of the sinks' table of answers, or several that are alike.
GROUPS = {
    "no answer": {
        "refused": Backend(""),
        "black-hole": Backend("stall"),
        "closes": Backend("drop"),
    },
    "what time puts right": {
        "408": Backend("408"),
        "429": Backend("429"),
        "500": Backend("500"),
        "502": Backend("502"),
        "502-page": Backend("502&page=1"),
    },
    "what time puts right, and says how much": {
        "429-retry-after": Backend("429&retry_after=1"),
        "503-retry-after": Backend("503&retry_after=1"),
    },
    "what a person puts right": {
        "301": Backend("301"),
        "401": Backend("401"),
        "403": Backend("403"),
        "404": Backend("404"),
        "407": Backend("407"),
        "200-page": Backend("200&page=1"),
        "400-page": Backend("400&page=1"),
    },
    "accepts, and says that it does not": {
        "takes-and-fails": Backend("lostack", may_keep=True),
    },
    "accepts, but not well": {
        "slow": Backend("slow", fails=False),
        # It takes all but these lines, and answers 400 that names none of them.
        "partial": Backend("partial&match=seq=00000000015", fails=False, may_keep=True, refused=range(150, 160)),
    },
}
BACKENDS = {name: backend for group in GROUPS.values() for name, backend in group.items()}
