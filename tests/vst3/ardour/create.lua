-- luasession create.lua PLUGIN SESSION: a session with the plugin on a track, and a ramp from 100 to 160 BPM within eight beats.
local plugin_id, session = arg[1], arg[2]
AudioEngine:set_backend("None (Dummy)", "", "")
create_session(session, "session", 48000)
AudioEngine:start(false)

local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local tracks = Session:new_midi_track(midi, midi, true, ARDOUR.PluginInfo(), nil, nil, 1, "plugin", -1, ARDOUR.TrackMode.Normal, true)
local plugin = ARDOUR.LuaAPI.new_plugin(Session, plugin_id, ARDOUR.PluginType.VST3, "")
assert(not plugin:isnil(), "Ardour does not know the plugin")
for track in tracks:iter() do track:add_processor_by_index(plugin, 0, nil, true) end

local map = Temporal.TempoMap.fetch_writable()
local first = map:set_tempo(Temporal.Tempo(100, 100, 4), Temporal.timepos_t(0))
map:set_tempo(Temporal.Tempo(160, 160, 4), Temporal.timepos_t.from_ticks(8 * Temporal.ticks_per_beat))
assert(map:set_ramped(first, true), "no ramp")
Temporal.TempoMap.update(map)
map = nil
Session:save_state("")
close_session()
