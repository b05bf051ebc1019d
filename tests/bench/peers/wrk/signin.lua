-- A person's browser and an app, as far as the protocol sees them: an authorization request with a live session, the
-- redirects within the server, its form for consent where there is one, and the code.
--
-- With `job.token_path` the code is redeemed too, and a line of `job.out` is the time of the whole in microseconds (an
-- end is matched with the oldest beginning that has none: exact in the mean, close in the percentiles). Without it the
-- lines are the codes. Ends after `job.limit` of either, when there is a limit.
package.path = debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "?.lua;") .. package.path
local common = require("common")
setup, done = common.setup, common.done

local job, out, tried
local queue, head, tail = {}, 1, 0
local begun, oldest, newest = {}, 1, 0
finished, wrong = 0, 0

function init(args)
    job = common.job(args)
    out = io.open(job.out, "w")
end

local function push(step)
    tail = tail + 1
    queue[tail] = step
end

function request()
    if not tried then
        tried = true
        return wrk.format("GET", job.token_path or job.path)
    end
    local step = queue[head]
    if step then
        queue[head] = nil
        head = head + 1
        return wrk.format(step.method, step.path, step.headers, step.body)
    end
    newest = newest + 1
    begun[newest] = common.now_us()
    first = first or begun[newest]
    return wrk.format("GET", job.path .. newest, { Cookie = job.cookie })
end

local function finish(line)
    out:write(line, "\n")
    finished = finished + 1
    if finished == job.limit then common.stop() end
end

local function escape(text)
    return (text:gsub("[^%w%-%._~]", function(character) return string.format("%%%02X", character:byte()) end))
end

local function unescape(text)
    return (text:gsub("&#(%d+);", function(code) return string.char(tonumber(code)) end)
        :gsub("&quot;", '"'):gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&amp;", "&"))
end

local function consent(body)
    local fields = { "decision=allow" }
    for input in body:gmatch("<input[^>]*>") do
        local name, value = input:match('name="([^"]*)"'), input:match('value="([^"]*)"')
        if name then fields[#fields + 1] = name .. "=" .. escape(unescape(value or "")) end
    end
    push {
        method = "POST", path = body:match('<form[^>]*action="([^"]*)"'), body = table.concat(fields, "&"),
        headers = {
            Cookie = job.cookie, Origin = job.origin, ["Content-Type"] = "application/x-www-form-urlencoded",
        },
    }
end

local function redirected(location, cookie)
    local code = location:match("[?&]code=([^&]+)")
    if code and job.token_path then
        push { method = "POST", path = job.token_path, headers = job.token_headers, body = job.token_body .. code }
    elseif code then
        finish(code)
    else
        push {
            method = "GET", path = location:gsub("^https?://[^/]*", ""),
            headers = { Cookie = job.cookie .. (cookie and "; " .. cookie:match("^[^;]*") or "") },
        }
    end
end

function response(status, headers, body)
    last = common.now_us()
    local location = headers["location"] or headers["Location"]
    if location and not location:find("[?&#]error=") then
        redirected(location, headers["set-cookie"] or headers["Set-Cookie"])
    elseif status == 200 and body:find('"access_token"', 1, true) then
        finish(last - begun[oldest])
        begun[oldest] = nil
        oldest = oldest + 1
    elseif status == 200 and body:find("<form", 1, true) and not body:find('name="password"', 1, true) then
        consent(body)
    else
        wrong = wrong + 1
        first_wrong = first_wrong or (status .. " " .. (location or body))
    end
end
