"""The faults, and the controls: engines that are wrong in a known way and must lose."""

from __future__ import annotations

from load_tests.faults import clocks, closing, operating, processes, storage
from load_tests.faults.arena import Fault, Place, Setting

STORM_SECONDS = 60.0
_TWO_CLOCKS = Setting(servers=2, workers=1, environments=({}, clocks.FALSE_CLOCK), programs=(clocks.LIBRARY,))
_ONE = Setting(workers=1)

FAULTS = (
    Fault("workers_killed", "a web worker killed every 0.8 s", processes.kill_workers),
    Fault("server_killed", "the whole web server killed twice", processes.kill_server, _ONE),
    Fault("database_killed", "all of PostgreSQL killed twice", processes.kill_database, keeps_servers=True),
    Fault("database_power", "PostgreSQL's machine loses its power", storage.cut_power,
          Setting(place=Place.IMAGE)),
    Fault("sqlite_killed", "server with SQLite killed twice", processes.kill_server,
          Setting(workers=1, place=Place.SQLITE)),
    Fault("sqlite_power", "server with SQLite loses its power", storage.cut_power,
          Setting(workers=1, place=Place.SQLITE_IMAGE)),
    Fault("disk_full", "PostgreSQL's disk full", storage.fill_disk, Setting(place=Place.SMALL)),
    Fault("sqlite_disk_full", "SQLite's disk full", storage.fill_disk_of_sqlite,
          Setting(workers=1, place=Place.SQLITE_SMALL)),
    Fault("redis_stopped", "Redis gone", processes.stop_redis, keeps_servers=True),
    Fault("redis_hung", "Redis hangs", processes.hang_redis, keeps_servers=True),
    Fault("redis_flushed", "Redis emptied again and again", processes.flush_redis, keeps_servers=True),
    Fault("redis_sign_in", "Redis gone while people sign in", operating.sign_in_without_redis, keeps_servers=True),
    Fault("database_away", "PostgreSQL away, all return at once", processes.cut_database, seconds=5.0,
          keeps_servers=True),
    Fault("retry_storm", "PostgreSQL away for a minute, all return at once", processes.cut_database,
          seconds=STORM_SECONDS, keeps_servers=True),
    Fault("restarted", "the web server restarted twice", processes.restart_gently, _ONE),
    Fault("node_killed", "one of two web servers killed", processes.kill_one_of_two, Setting(servers=2, workers=1)),
    Fault("clock_ahead", "one of two servers 7 minutes ahead", clocks.put_clock_ahead, _TWO_CLOCKS,
          keeps_servers=True),
    Fault("clock_behind", "one of two servers 7 minutes behind", clocks.put_clock_behind, _TWO_CLOCKS,
          keeps_servers=True),
    Fault("sweeper_dead", "no background work at all", processes.do_nothing,
          Setting(environments=({"SWEEP_SECONDS": "0", "JOB_WORKERS": "0"},)), keeps_servers=True),
    Fault("job_killed", "the process of a running job killed", operating.kill_job_worker, _ONE),
    Fault("migration", "a migration of the attempts meanwhile", operating.migrate, _ONE),
    Fault("exports", "list after list exported meanwhile", operating.read_and_export, keeps_servers=True),
    Fault("backup", "a backup made meanwhile, and restored", operating.back_up, keeps_servers=True),
    Fault("close", "the round closes", closing.close_and_wait, _ONE),
    Fault("close_workers_killed", "the round closes, workers are killed", closing.close_and_kill_workers),
    Fault("close_server_killed", "the round closes, the server is killed", closing.close_and_kill_server, _ONE),
    Fault("close_corrected", "the round closes, a key is put right", closing.close_and_correct, _ONE),
    Fault("late_duplicates", "old saves delivered again", processes.do_nothing, keeps_servers=True),
    Fault("control_answers_first", "control: acknowledges before the commit", processes.kill_server,
          Setting(wrong_engine="answers_first"), is_control=True),
    Fault("control_async_commit", "control: synchronous_commit off", processes.kill_database,
          Setting(database_settings={"synchronous_commit": "off"}), is_control=True),
    Fault("control_no_fsync", "control: fsync off, and the power goes", storage.cut_power,
          Setting(place=Place.IMAGE, is_durable=False), is_control=True),
    Fault("control_sqlite_no_sync", "control: SQLite does not wait for the disk", storage.cut_power,
          Setting(workers=1, place=Place.SQLITE_IMAGE, wrong_engine="no_sync"), is_control=True),
    Fault("control_no_guard", "control: no sequence guard", processes.do_nothing, Setting(wrong_engine="no_guard"),
          is_control=True, keeps_servers=True),
)  # fmt: skip
