-- For wrk: asks for the addresses of a file in turn, one a line. After a tab an ETag may follow, for a conditional one.
local requests, at = {}, 0

function init(arguments)
   for line in io.lines(arguments[1]) do
      local path, etag = line:match("^([^\t]*)\t?(.*)$")
      local headers = { Host = arguments[2], ["X-Forwarded-Proto"] = "https" }
      if etag ~= "" then headers["If-None-Match"] = etag end
      requests[#requests + 1] = wrk.format("GET", path, headers)
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format("\nDONE %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
