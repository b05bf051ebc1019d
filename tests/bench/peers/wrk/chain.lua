-- Refresh tokens with rotation: each answer's token is the next request's. The file holds at least one for each
-- connection.
package.path = debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "?.lua;") .. package.path
local common = require("common")
setup, done = common.setup, common.done

local job, queue, head, tail, tried
finished, wrong = 0, 0

function init(args)
    job = common.job(args)
    queue, head, tail = {}, 1, 0
    for line in io.lines(job.items) do
        tail = tail + 1
        queue[tail] = line
    end
end

function request()
    if not tried then
        tried = true
        return wrk.format("GET", job.path)
    end
    local token = queue[head]
    if not token then
        common.stop()
        return wrk.format("GET", job.path)
    end
    queue[head] = nil
    head = head + 1
    return wrk.format(job.method, job.path, job.headers, job.body .. token)
end

function response(status, headers, body)
    local token = status == 200 and body:match('"refresh_token":"([^"]+)"')
    if token then
        finished = finished + 1
        tail = tail + 1
        queue[tail] = job.escape_colon and token:gsub(":", "%%3A") or token
    else
        wrong = wrong + 1
        first_wrong = first_wrong or (status .. " " .. body)
    end
end
