-- Sends one fixed request again and again. The file named after `--` holds header lines, an empty line and the body.
function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    local text = file:read("*a")
    file:close()
    local split = assert(text:find("\n\n", 1, true))
    for name, value in text:sub(1, split):gmatch("([^:\n]+): ([^\n]*)\n") do
        wrk.headers[name] = value
    end
    wrk.method = "POST"
    wrk.body = text:sub(split + 2)
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\nRESULT {"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "status": %d, "broken": %d}\n',
        summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
