-- What the scripts share: the clock, the end of a run before its time, and the summary as one line of JSON.
--
-- Each script is started as `wrk ... -s SCRIPT URL -- JOB`, where JOB is a Lua file that returns the table of the job
-- (run by the driver). Threads of wrk have a Lua state each; there is one thread, and `done` runs in a state apart.
local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long tv_sec; long tv_nsec; } bench_timespec;
    int clock_gettime(int id, bench_timespec *at);
    int getpid(void);
    int kill(int pid, int signal);
]]

local common = {}
local MONOTONIC, SIGINT = 1, 2
local at = ffi.new("bench_timespec")

function common.now_us()
    ffi.C.clock_gettime(MONOTONIC, at)
    return tonumber(at.tv_sec) * 1000000 + math.floor(tonumber(at.tv_nsec) / 1000)
end

-- Ends the run at once. wrk itself waits for its duration; an interrupt ends that.
function common.stop()
    wrk.thread:stop()
    ffi.C.kill(ffi.C.getpid(), SIGINT)
end

function common.job(args)
    return dofile(args[1])
end

local threads = {}
function common.setup(thread)
    threads[#threads + 1] = thread
end

-- `first`, `last` (of this module's clock), `finished` and `wrong` are globals of the thread where the script keeps them.
function common.done(summary, latency)
    local thread = threads[1]
    local first, last = thread:get("first"), thread:get("last")
    local seconds = summary.duration / 1e6
    if first and last then seconds = (last - first) / 1e6 end
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"finished":%d,"seconds":%.6f,"p50_us":%d,"p99_us":%d,"errors":%d,"first_wrong":%q}\n',
        summary.requests, thread:get("finished") or summary.requests, seconds,
        latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.timeout + errors.status + (thread:get("wrong") or 0),
        (thread:get("first_wrong") or ""):gsub("[^%w%p ]", " "):sub(1, 300)))
end

return common
