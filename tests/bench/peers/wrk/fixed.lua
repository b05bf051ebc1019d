-- The same request again and again. The answers are not looked at here beyond their status, so that wrk stays cheap;
-- the driver reads a sample beside each round.
package.path = debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "?.lua;") .. package.path
local common = require("common")
setup, done = common.setup, common.done

function init(args)
    local job = common.job(args)
    wrk.method, wrk.path, wrk.body = job.method, job.path, job.body
    -- Beside `Host`, which wrk has put there.
    for name, value in pairs(job.headers) do wrk.headers[name] = value end
end
