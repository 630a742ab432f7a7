"""What a run of the benchmarks found, as it is kept on the disk."""

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """What was measured; never changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(Result):
    """Milliseconds of `count` runs: their median and their 95th percentile."""

    p50: float
    p95: float
    count: int


class Machine(Result):
    """Where it ran. `memory` in bytes."""

    processor: str
    cores: int
    threads: int  # of torch
    memory: int
    instructions: list[str]
    system: str
    python: str
    libraries: dict[str, str]


class Texts(Result):
    """The real texts: where they are from, how many, and how many distinct passages and questions they give."""

    origins: list[str]
    articles: int
    passages: int
    questions: int


class Pace(Result):
    """Passages a second at one setting of the bare model."""

    precision: str
    batch: int
    passages_per_second: float


class Rate(Result):
    """Operations a second, in thousands of millions, of one multiplication, and OpenVINO's name of what did it."""

    shape: str
    precision: str
    gigaops: float
    computed_by: str


class Share(Result):
    """The share of the time, in [0, 1], that one operation takes by itself."""

    operation: str
    share: float


class Embedding(Result):
    """Passages a second, the medians of `rounds` rounds in turn, and what the processor could do."""

    passages: int
    tokens: int
    operations: float  # additions and multiplications of the model's layers for all those tokens
    rounds: int
    sweep: list[Pace]
    best: Pace
    paces: dict[str, float]  # bare, embedder, build, txtai, txtai tuned
    seconds: dict[str, list[float]]
    agreement: float  # lowest cosine of a passage's vector by our embedder to the bare model in float32
    precision: str  # of our embedder, as its record says
    rates: list[Rate]
    profile: list[Share]
    txtai_settings: dict[str, str]


class Quality(Result):
    """Retrieval figures in [0, 1] of a collection whose vectors are of one precision, by setting of the retriever."""

    collection: str
    questions: int
    precision: str
    figures: dict[str, dict[str, float]]


class Search(Result):
    """One search of one index, in milliseconds; the parts by themselves; txtai's where it is there."""

    passages: int
    k: int
    in_a_row: int = 1  # questions that a system took before it was the other's turn
    whole: Spread
    embed_query: Spread
    dense: Spread
    lexical: Spread
    fusion_and_catalog: Spread
    besides_embedding: Spread  # the whole, of a question whose vector is known
    in_a_thread: Spread | None = None  # the whole, the words searched in a thread, in runs where that was not so
    one_by_one: Spread | None = None  # the whole, the words searched after the vectors, in runs since
    txtai: Spread | None = None
    txtai_besides_embedding: Spread | None = None
    txtai_index: str | None = None


class Ask(Result):
    """One question, never asked before, in milliseconds; and the same again."""

    passages: int
    bare_default: Spread
    bare_best: Spread
    bare_precision: str  # of its best setting
    fast: Spread
    default: Spread
    fast_again: Spread | None = None  # None where no answer is kept
    default_again: Spread | None = None
    answers: int
    exact: bool  # every quote of every answer is what its article says there


class Start(Result):
    """One command as a whole process: the median seconds of its runs, and the most bytes of memory of any."""

    command: str
    seconds: float
    memory: int
    runs: int


class Built(Result):
    """A full build with perturbed vectors, and another after one article was edited; bytes and seconds."""

    passages: int
    articles: int
    unknown: int  # passages whose words led to no real one, and whose vector is another's
    write_seconds: float
    build_seconds: float
    memory: int
    bytes_of: dict[str, int]
    edit_seconds: float
    edit_embedded: int


class Filtered(Result):
    """Searching with a filter that lets one article in `every` through."""

    every: int
    passages: int
    search: Spread
    least: int  # the fewest hits of any question, of the vectors' search for `k`
    recall: float


class Served(Result):
    """A process that serves such an index."""

    open_seconds: float
    ready_seconds: float
    memory: int
    memory_peak: int
    search: Spread
    dense: Spread
    lexical: Spread
    filtered: list[Filtered]
    k: int
    recall: float
    deep: int  # as many are looked for by the retriever
    recall_deep: float
    recall_questions: int


class Scale(Result):
    """One size: building it, and serving it."""

    size: int
    built: Built
    served: Served


class Run(Result):
    """One run of the suite; a part that is not measured yet is None."""

    commit: str
    dirty: bool
    date: str
    quick: bool
    minutes: float
    machine: Machine
    texts: Texts
    noise: float
    starts: list[Start] = []
    embedding: Embedding | None = None
    larger_commit: str | None = None  # where the largest sizes were measured, if elsewhere than the rest
    quality: list[Quality] = []
    searches: list[Search] = []
    ask: Ask | None = None
    scales: list[Scale] = []
