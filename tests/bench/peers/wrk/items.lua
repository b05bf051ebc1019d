-- One request for each line of a file, each line once: redemption of codes. Ends when they are used up.
package.path = debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "?.lua;") .. package.path
local common = require("common")
setup, done = common.setup, common.done

local job, items, taken, tried
finished, wrong = 0, 0

function init(args)
    job = common.job(args)
    items, taken = {}, 0
    for line in io.lines(job.items) do items[#items + 1] = line end
end

function request()
    -- wrk asks once before the run and throws the answer away.
    if not tried then
        tried = true
        return wrk.format("GET", job.path)
    end
    first = first or common.now_us()
    taken = taken + 1
    if taken > #items then
        common.stop()
        return wrk.format("GET", job.path)
    end
    return wrk.format(job.method, job.path, job.headers, job.body .. items[taken])
end

function response(status, headers, body)
    last = common.now_us()
    if status == 200 and body:find('"access_token"', 1, true) and body:find('"refresh_token"', 1, true) then
        finished = finished + 1
    else
        wrong = wrong + 1
        first_wrong = first_wrong or (status .. " " .. body)
    end
end
