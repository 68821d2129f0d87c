-- luasession record.lua SESSION SECONDS: records what the plugin sends in the session's loop, and prints
--   loop START END             the loop in samples
--   place TICK SAMPLE          where each sixteenth of the first 16 beats is
--   note START END CHANNEL PITCH VELOCITY   in samples since the record began, passes of the loop one after the other
local session, seconds = arg[1], tonumber(arg[2])
AudioEngine:set_backend("None (Dummy)", "", "")
load_session(session, "session")
AudioEngine:start(false)

local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local tracks = Session:new_midi_track(midi, midi, true, ARDOUR.PluginInfo(), nil, nil, 1, "recorder", -1, ARDOUR.TrackMode.Normal, true)
local recorder
for track in tracks:iter() do recorder = track end
recorder:input():midi(0):connect(Session:route_by_name("plugin"):output():midi(0):name())
recorder:to_track():rec_enable_control():set_value(1, PBD.GroupControlDisposition.NoGroup)

-- As a mode, to loop does not start the transport.
ARDOUR.config():set_loop_is_mode(true)
local loop = Session:locations():auto_loop_location()
Session:request_play_loop(true, false)
Session:request_locate(loop:start():samples(), false, ARDOUR.LocateTransportDisposition.MustStop, ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(2000000)
assert(Session:transport_sample() == loop:start():samples(), "not at the loop")
Session:maybe_enable_record(false)
ARDOUR.LuaAPI.usleep(500000)
Session:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(seconds * 1000000)
Session:request_stop(false, false, ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(1500000)

local function sample_at(tick) return Temporal.timepos_t.from_ticks(tick):samples() end
local function ticks(beats)
  local whole, rest = beats:str():match("^(%d+):(%d+)$")
  return whole * Temporal.ticks_per_beat + rest
end
local from, to = loop:start():samples(), loop:_end():samples()
print("loop", from, to)
for sixteenth = 0, 64 do
  local tick = sixteenth * Temporal.ticks_per_beat // 4
  print("place", tick, sample_at(tick))
end
-- Ardour writes the passes into one file and goes on in ticks as if the transport had not gone back.
local first_tick = ticks(Temporal.TempoMap.read():quarters_at(loop:start()))
for region in recorder:to_track():playlist():region_list():iter() do
  local notes = ARDOUR.LuaAPI.note_list(region:to_midiregion():midi_source(0):model())
  for note in notes:iter() do
    local start, length = ticks(note:time()), ticks(note:length())
    print("note", sample_at(first_tick + start) - from, sample_at(first_tick + start + length) - from, note:channel(), note:note(), note:velocity())
  end
  break
end
close_session()
