"""How many DynamoDB calls one request makes: counted by a proxy, on servers of their own, beside the measurement."""


def store_calls(servers, workloads, say):
    """For each workload and server with a store apart: the calls of one request, by action."""
    found = {}
    for server in servers:
        if server.store is None:
            continue
        counted = type(server)(server.work.parent, server.core)
        counted.counted = True
        try:
            counted.launch()
            counted.register()
            for workload in workloads:
                if not workload.missing_in(counted):
                    found[workload.name, workload.algorithm, server.name] = calls_of(workload, counted)
        finally:
            counted.stop()
        say(f"{server.name}: calls of DynamoDB are counted")
    return found


def calls_of(workload, server):
    """The calls of one request, after one that fills what the server keeps in memory."""
    workload.sample(server)
    request = workload.prepare(server)
    server.store.calls.seen.clear()
    request()
    return dict(sorted(server.store.calls.seen.items()))
