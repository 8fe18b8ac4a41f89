"""The Hive Metastore service on one address, and on a second one what the query door may know of it.

Its own main listens on every address of the machine (Hive 2.3 has no setting for it), so the same server is put
together here, through Py4J, around a socket bound where we say.
"""

import os
import signal
import sys
from typing import Any

from calanque.settings import settings
from calanque.stack.marts_metastore import MartsMetastore

WORKERS = (8, 64)


def main(java: str, class_path: str, *options: str) -> None:
    """Start the virtual machine and serve until it is told to stop.

    Args:
        java: path of the virtual machine.
        class_path: configuration folders and jars.
        options: of the virtual machine.
    """
    from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway

    # The virtual machine ends with this process, even when that is killed: it watches its standard input.
    gateway_port, token = launch_gateway(
        classpath=class_path,
        javaopts=list(options),
        java_path=java,
        die_on_exit=True,
        enable_auth=True,
        redirect_stdout=sys.stdout,
        redirect_stderr=sys.stderr,
    )
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=gateway_port, auth_token=token))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    host, port, marts_port = settings().host, settings().port("metastore"), settings().port("metastore_marts")
    MartsMetastore((host, marts_port), (host, port)).serve_beside()
    _server(gateway.jvm, host, port).serve()


def _server(jvm: Any, host: str, port: int) -> Any:
    hive, thrift = jvm.org.apache.hadoop.hive, jvm.org.apache.thrift
    conf = hive.conf.HiveConf()
    store = getattr(hive.metastore, "HiveMetaStore$HMSHandler")("calanque", conf, False)
    handler = hive.metastore.HiveMetaStore.newRetryingHMSHandler(store, conf)
    socket = thrift.transport.TServerSocket(jvm.java.net.InetSocketAddress(host, port))
    arguments = getattr(thrift.server, "TThreadPoolServer$Args")(socket)
    arguments = arguments.processor(hive.metastore.TSetIpAddressProcessor(handler))
    arguments = arguments.transportFactory(thrift.transport.TTransportFactory())
    arguments = arguments.protocolFactory(getattr(thrift.protocol, "TBinaryProtocol$Factory")())
    arguments = arguments.minWorkerThreads(WORKERS[0]).maxWorkerThreads(WORKERS[1])
    return thrift.server.TThreadPoolServer(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
