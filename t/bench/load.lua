-- Copyright 2026 The mod_ocsp authors
-- SPDX-License-Identifier: Apache-2.0
--
-- load.lua: what wrk sends, and what it prints at the end. After wrk's "--":
--
--   get                                  the URL as it is
--   post FILE                            the same body each time
--   nonce CERTID SEED                    a nonce of 16 to 32 octets, never twice
--   zipf CERTID NUMBER SEED              the last 4 octets of the serial number are
--                                        1 to NUMBER by Zipf's law, exponent 1
--   ... HEX                              one more word: what every answer holds
--
-- CERTID is in hex, DER. Prints "serve", requests, microseconds, p50, p99 (both
-- in microseconds), errors, connections that the server closed, and of the answers
-- asked to hold HEX: how many were seen, and how many of them did not.

local function unhex(hex)
    return (hex:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

-- Nothing here is as long as 64 kB.
local function der(tag, content)
    local n = #content
    if n < 128 then return string.char(tag, n) .. content end
    if n < 256 then return string.char(tag, 0x81, n) .. content end
    return string.char(tag, 0x82, math.floor(n / 256), n % 256) .. content
end

local NONCE_OID = unhex("06092b0601050507300102")

local function ocsp_request(certid, nonce)
    local list = der(0x30, der(0x30, certid))
    if nonce then
        list = list .. der(0xa2, der(0x30, der(0x30,
            NONCE_OID .. der(0x04, der(0x04, nonce)))))
    end
    return der(0x30, der(0x30, list))
end

-- Four octets, the last ones of a number.
local function octets(n)
    return string.char(math.floor(n / 16777216) % 256, math.floor(n / 65536) % 256,
        math.floor(n / 256) % 256, n % 256)
end

-- SEED tells runs apart, the counter requests; the rest is to look like a nonce.
local function nonces(certid, seed)
    local count = 0
    return function()
        count = count + 1
        local nonce = octets(seed) .. octets(count)
        for _ = 1, math.random(2, 6) do
            nonce = nonce .. octets(math.random(0, 0xfffffff))
        end
        return wrk.format(nil, nil, nil, ocsp_request(certid, nonce))
    end
end

-- The sums are made once; a request is found in them by halving.
local function zipf(certid, number)
    local sums, sum = {}, 0
    for rank = 1, number do
        sum = sum + 1 / rank
        sums[rank] = sum
    end
    local head = ocsp_request(certid):sub(1, -5)
    return function()
        local at, low, high = math.random() * sum, 1, number
        while low < high do
            local middle = math.floor((low + high) / 2)
            if sums[middle] < at then low = middle + 1 else high = middle end
        end
        return wrk.format(nil, nil, nil, head .. octets(low))
    end
end

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

seen, wrong = 0, 0

function init(args)
    local kind, wanted = args[1], nil
    if kind ~= "get" then
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/ocsp-request"
    end
    if kind == "get" then
        wanted = args[2]
    elseif kind == "post" then
        local file = assert(io.open(args[2], "rb"))
        wrk.body = file:read("*a")
        file:close()
        wanted = args[3]
    elseif kind == "nonce" then
        math.randomseed(tonumber(args[3]))
        request = nonces(unhex(args[2]), tonumber(args[3]))
        wanted = args[4]
    elseif kind == "zipf" then
        math.randomseed(tonumber(args[4]))
        request = zipf(unhex(args[2]), tonumber(args[3]))
        wanted = args[5]
    else
        error("load.lua: no such kind: " .. tostring(kind))
    end
    if wanted then
        local octets_wanted = unhex(wanted)
        function response(status, headers, body)
            seen = seen + 1
            if status ~= 200 or not body:find(octets_wanted, 1, true) then
                wrong = wrong + 1
            end
        end
    end
end

function done(summary, latency, requests)
    local all_seen, all_wrong = 0, 0
    for _, thread in ipairs(threads) do
        all_seen = all_seen + thread:get("seen")
        all_wrong = all_wrong + thread:get("wrong")
    end
    local e = summary.errors
    print(string.format("serve\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d", summary.requests,
        summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect + e.status + e.timeout, e.read + e.write, all_seen, all_wrong))
end
