"""What a document is made of: queries with their truth, the variables they use, and look-alikes."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class VariableDef:
    """A template variable of a dashboard. `type`: custom, query or textbox."""
    name: str
    type: str
    values: tuple = ()
    multi: bool = False
    all_value: str = ""
    label: str = ""      # of query variables: label_values of it
    selector: str = ""   # and the {...} it asks


@dataclasses.dataclass(frozen=True)
class Case:
    """A query of a template. `accepts` names more than one verdict where Grafana leaves it open."""
    template: str
    query: object
    variables: tuple = ()
    legend: str = ""
    accepts: tuple = ()
    datasource: str = "loki"
    recorded: tuple = ()  # the recording rules whose series it reads


@dataclasses.dataclass(frozen=True)
class RawText:
    """A text that depends on no log label: of another datasource, or not a query at all."""
    written: str

    def text(self):
        return self.written

    def table(self, world):
        return {}


@dataclasses.dataclass(frozen=True)
class OfMetrics(RawText):
    """A query over metrics that come from no log: one series, which no move changes."""
    labels: tuple

    def table(self, world):
        return {self.labels: {("metric", self.written)}}


@dataclasses.dataclass(frozen=True)
class Expected:
    """One line of the truth: the verdicts that are right for a query of a file."""
    file: str
    shape: str
    template: str
    text: str
    verdicts: tuple
    must_be_seen: bool = True
