"""Sums, ratios and the table."""

import statistics


def middle(values):
    return statistics.median(values)


def add_sums(row):
    """The medians of a row's rounds, and the least and the most."""
    good = [one for one in row["rounds"] if not one["void"]] or row["rounds"]
    cpu = [one["cpu_seconds"] / one["requests"] * 1e6 for one in good]
    rate = [one["requests"] / one["seconds"] for one in good]
    per_core = [one["requests"] / one["cpu_seconds"] for one in good]
    return {
        **row,
        "cpu_us_per_request": round(middle(cpu), 1),
        "cpu_us_least_and_most": [round(min(cpu), 1), round(max(cpu), 1)],
        "requests_per_second": round(middle(rate), 1),
        "requests_per_second_least_and_most": [round(min(rate), 1), round(max(rate), 1)],
        "requests_per_cpu_second": round(middle(per_core), 1),
        "p50_us": middle([one["p50_us"] for one in good]),
        "p99_us": middle([one["p99_us"] for one in good]),
        "errors": sum(one["errors"] for one in row["rounds"]),
    }


def ratios(rows, beside):
    """Each peer beside Jeton: how many times its processor time, and how many times less it answers in a second.

    `beside` names the Jeton for each server.
    """
    found = []
    ours = {(row["name"], row["algorithm"], row["server"]): row for row in rows}
    for row in rows:
        jeton = ours.get((row["name"], row["algorithm"], beside[row["server"]]))
        if row["server"].startswith("jeton") or jeton is None:
            continue
        found.append({
            "workload": row["name"],
            "algorithm": row["algorithm"],
            "peer": row["server"],
            "beside": jeton["server"],
            "cpu_ratio": round(row["cpu_us_per_request"] / jeton["cpu_us_per_request"], 2),
            "throughput_ratio": round(jeton["requests_per_second"] / row["requests_per_second"], 2),
        })
    return found


def table(report):
    """The report for people."""
    lines = [
        f"Jeton {report['jeton']['commit']} and its peers, {report['date']}: {report['rounds']} rounds of "
        f"{report['seconds']} s, {report['connections']} connections, server and generator on a core each",
        f"{report['machine']['cpu']}, {report['machine']['cores']} cores, Linux {report['machine']['kernel']}, "
        f"load {report['machine']['load_at_start']:.2f} at the start, {report['machine']['load_at_end']:.2f} at the end",
        "",
        f"{'server':36}{'runtime':14}{'start to first token, ms (median, min-max)':48}{'peak memory, MiB':>18}",
    ]
    for server in report["servers"]:
        times = server["start_to_first_token_ms"]
        start = f"{middle(times):.1f} ({min(times):.1f}-{max(times):.1f})" if times else "-"
        if more := server.get("start_from_nothing_to_first_token_ms"):
            start += f"; from nothing {middle(more):.1f}"
        name = f"{server['name']} {server['version']}"
        lines.append(f"{name:36}{server['runtime']:14}{start:48}{server['peak_memory_kib'] / 1024:18.1f}")
    lines += ["", f"{'workload':37}{'alg':8}{'server':30}{'store calls':>12}{'CPU us (min-max)':>24}{'req/s':>9}{'req/CPU s':>11}{'p50 us':>9}"
                  f"{'p99 us':>9}{'errors':>8}{'CPU ratio':>11}{'rate ratio':>12}{'CPU ratio, store apart':>24}"]
    by_peer, by_peer_apart = ({(one["workload"], one["algorithm"], one["peer"]): one for one in report[key]}
                              for key in ("ratios", "ratios_store_apart"))
    for row in report["workloads"]:
        least, most = row["cpu_us_least_and_most"]
        cpu = f"{row['cpu_us_per_request']:.1f} ({least:.1f}-{most:.1f})"
        which = (row["name"], row["algorithm"], row["server"])
        beside, apart = by_peer.get(which), by_peer_apart.get(which)
        compared = f"{beside['cpu_ratio']:11.2f}{beside['throughput_ratio']:12.2f}" if beside else ""
        compared += f"{apart['cpu_ratio']:24.2f}" if apart else ""
        lines.append(
            f"{row['name']:37}{row['algorithm']:8}{row['server']:30}{calls(row):>12}{cpu:>24}{row['requests_per_second']:9.0f}"
            f"{row['requests_per_cpu_second']:11.0f}{row['p50_us']:9.0f}{row['p99_us']:9.0f}{row['errors']:8d}{compared}"
        )
    lines += ["", "The ratios are beside `jeton, store apart` for the servers with DynamoDB, beside `jeton` for the others.",
              "", *race_table(report["races"]), "", "Not measured:"]
    lines += [f"  {one['server']}: {one['workload']}, {one['algorithm']}: {one['why']}" for one in report["missing"]]
    return "\n".join(lines)


def calls(row):
    """The calls of DynamoDB of one request; `-` where they are not counted."""
    return "-" if row["store_calls"] is None else str(sum(row["store_calls"].values()))


def race_table(rows):
    """Simultaneous redemptions of one code: the middle of the races, and the least and the most."""
    lines = [f"{'one code, redeemed at once':50}{'races':>6}{'redemptions':>13}{'got tokens':>16}"
             f"{'refresh tokens good afterwards':>32}"]
    for row in rows:
        got, good = (f"{middle(of):g} ({min(of)}-{max(of)})" for of in (row["got_tokens"], row["refresh_tokens_good_afterwards"]))
        lines.append(f"{row['server']:50}{len(row['got_tokens']):6d}{row['redemptions']:13d}{got:>16}{good:>32}")
    return lines
