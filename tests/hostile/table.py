# ruff: noqa: E501 (one mistake a row reads best on one line)
"""The table of mistakes: what was written where, and what the message must say.

Each row is one mistake made in a scenario, an experiment, a table or a command line that is otherwise right.
"""

from __future__ import annotations

GOOD = """\
title: A small centre
calendar:
  start: "2024-01-01T08:00"
  length: "8 h"
  warmup: "1 h"
segments:
  private: {share: 0.7}
  business: {share: 0.3}
channels:
  voice: {takes: whole}
  chat: {takes: slot}
intent_defaults:
  channel: voice
  patience: {law: exponential, mean: "3 min"}
intents:
  billing:
    arrivals: {kind: constant, per_hour: 60}
    path:
      front: {talk: {law: lognormal, mean: "5 min", cv: 0.8}}
      expert: {talk: {law: gamma, mean: "9 min", cv: 0.5}}
  sales:
    arrivals: {kind: profile, file: day.csv, column: sales}
    path:
      front: {talk: {law: empirical, file: calls.csv, column: seconds}}
queues:
  front: {tier: 1, skills: [billing], overflow: {after: "2 min", to: expert}}
  expert: {tier: 2, skills: [billing, disputes]}
staff:
  shifts:
    early: {start: "07:00", end: "15:30", breaks: [{at: "10:00", length: "15 min"}]}
    night: {start: "22:00", end: "06:00+1", breaks: [{at: "02:00", length: "30 min"}]}
  groups:
    team: {tier: 1, skills: {billing: 1.0}, count: 10, shift: early}
    experts: {tier: 2, skills: {billing: 1.0, disputes: 1.1}, count: 3}
"""

BOT = "bot:\n  policy: {rule: bot_first}\n  session: {law: exponential, mean: 1 min}\n"

TABLES = {
    "day.csv": "start,sales\n08:00,10\n08:30,12.5\n09:00,11\n",
    "calls.csv": "id,seconds\n007,61.5\nNA,90\n",
}

# old text, new text, where the problem is, and what the message must say
EDITS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "misspelt section": ("queues:\n", "queuse:\n", "queuse", ("unknown key", "did you mean 'queues'")),
    "misspelt key": ("tier: 2, skills: [bil", "teir: 2, skills: [bil", "queues.expert.teir", ("did you mean 'tier'",)),
    "misspelt key in a law": ('"9 min", cv', '"9 min", vc', "talk.vc", ("unknown key", "'cv'")),
    "key of another law": ("cv: 0.5", "cv: 0.5, mode: 3", "talk.mode", ("unknown key", "known: law, mean, cv")),
    "missing section": ("  length: \"8 h\"\n", "", "calendar.length", ("missing", "add a line `length: …`")),
    "missing key": ("{takes: slot}", "{takes: slot, slowdown: 1}", "channels.chat.slowdown", ("a list belongs here",)),
    "negative rate": ("per_hour: 60", "per_hour: -60", "intents.billing.arrivals.per_hour", ("at least 0", "-60")),
    "rate in quotes": ("per_hour: 60", 'per_hour: "60"', "arrivals.per_hour", ("a number belongs", "without quotes")),
    "rate NaN": ("per_hour: 60", "per_hour: .nan", "arrivals.per_hour", (".nan", "digits")),
    "rate infinite": ("per_hour: 60", "per_hour: .inf", "arrivals.per_hour", ("finite", ".inf")),
    "rate as text": ("per_hour: 60", "per_hour: many", "arrivals.per_hour", ("a number belongs here", "many")),
    "empty value": ("per_hour: 60", "per_hour: ", "arrivals.per_hour", ("there is nothing here",)),
    "clock without quotes": ('at: "10:00"', "at: 12:30", "breaks[0].at", ("12:30 without quotes as 750", 'quotes: "12:30"')),
    "number like a clock": ("per_hour: 60", "per_hour: 1:30", "per_hour", ("without quotes as 90",)),
    "no as a number": ("count: 10", "count: no", "team.count", ("YAML reads no without quotes as false", '"no"')),
    "yes as a number": ("count: 10", "count: yes", "team.count", ("YAML reads yes without quotes as true",)),
    "no as a name": ("channel: voice", "channel: no", "intent_defaults.channel", ("YAML reads no without quotes",)),
    "no as a key": ("  chat: {", "  no: {", "channels.no", ("YAML reads it as False", "begins with a letter")),
    "number as a key": ("  chat: {", "  12: {", "channels.12", ("cannot look like a number", "YAML reads it as 12")),
    "null as a key": ("  chat: {", "  null: {", "channels.null", ("YAML reads it as None",)),
    "dot in a name": ("  chat: {", "  live.chat: {", "live.chat", ("cannot be a name", "rename it")),
    "leading zero": ("count: 10", "count: 010", "team.count", ("leading zero", "write 10")),
    "half a head": ("count: 10", "count: 2.5", "team.count", ("a whole number", "2.5")),
    "negative heads": ("count: 10", "count: -1", "team.count", ("at least 0",)),
    "duration without unit": ('mean: "5 min"', "mean: 5", "talk.mean", ("without a unit", '"6 min"')),
    "text without unit": ('mean: "5 min"', 'mean: "5"', "talk.mean", ("without a unit", '"5 s" or "5 min"')),
    "unknown unit": ('mean: "5 min"', 'mean: "5 mins."', "talk.mean", ("not a duration",)),
    "misspelt unit": ('mean: "5 min"', 'mean: "5 mni"', "talk.mean", ("unknown unit", 'did you mean "5 min"')),
    "ambiguous unit": ('mean: "5 min"', 'mean: "5 m"', "talk.mean", ("minutes or months",)),
    "decimal comma": ('mean: "5 min"', 'mean: "5,5 min"', "talk.mean", ('"5.5 min"',)),
    "negative duration": ('mean: "5 min"', 'mean: "-5 min"', "talk.mean", ("cannot be negative",)),
    "no length": ('length: "8 h"', 'length: "0 h"', "calendar.length", ("greater than 0",)),
    "start with a zone": ("08:00", "08:00Z", "calendar.start", ("without a time zone",)),
    "start on no such day": ("2024-01-01", "2024-02-30", "calendar.start", ("no such date",)),
    "start without time": ("2024-01-01T08:00", "2024-01-01", "calendar.start", ("not a local date and time",)),
    "warm-up too long": ('"1 h"', '"8 h"', "calendar.warmup", ("nothing is left to measure",)),
    "interval too long": ('warmup: "1 h"', 'interval: "9 h"', "calendar.interval", ("longer than the scenario",)),
    "shares above one": ("share: 0.3", "share: 0.4", "segments", ("sum to 1.1", "sum to 1")),
    "share above one": ("share: 0.3", "share: 1.3", "segments.business.share", ("at most 1",)),
    "share NaN": ("share: 0.3", "share: .nan", "segments.business.share", ("finite", ".nan")),
    "bias infinite": ("staff:\n", "quality: {survey: {bias: .inf}}\nstaff:\n", "survey.bias", ("finite", ".inf")),
    "share in per cent": ("share: 0.3", "share: 30%", "segments.business.share", ("a number belongs", "30%")),
    "unknown channel": ("channel: voice", "channel: voise", "channel", ("no channel", "did you mean 'voice'")),
    "unknown queue on a path": ("      expert:", "      expret:", "path.expret", ("no queue", "did you mean 'expert'")),
    "two queues of a tier": ("expert: {tier: 2", "expert: {tier: 1", "path.expert", ("tier 1 stands twice", "front")),
    "empty path": ("path:\n      front: {talk: {law: empirical, file: calls.csv, column: seconds}}", "path: {}", "sales.path", ("at least 1 entry",)),
    "unknown law": ("law: gamma", "law: gama", "talk", ("unknown law 'gama'", "did you mean 'gamma'")),
    "no law": ("law: gamma, ", "", "talk", ("which law", "exponential")),
    "impossible law": ("cv: 0.5", "cv: 50", "talk", ("not a possible law", "cv")),
    "law as text": ("{law: exponential, mean: \"3 min\"}", "3 min", "patience", ("a block of keys belongs here",)),
    "weights": ("{law: gamma, mean: \"9 min\", cv: 0.5}", "{law: hyperexponential, parts: [{weight: 0.5, mean: 1 s}]}", "talk.parts", ("weights sum to 0.5",)),
    "unknown kind": ("kind: constant", "kind: constnat", "arrivals", ("unknown kind", "did you mean 'constant'")),
    "unknown choice": ("takes: slot", "takes: slots", "channels.chat.takes", ("not one of the choices", "'slot'")),
    "unknown overflow": ("to: expert", "to: experts", "overflow.to", ("no queue", "did you mean 'expert'")),
    "overflow circle": ("[billing, disputes]}", "[billing], overflow: {after: 1 s, to: expert}}", "overflow.to", ("in a circle", "expert > expert")),
    "overflow down": ("[billing, disputes]}", "[billing], overflow: {after: 1 s, to: front}}", "queues.expert.overflow.to", ("goes down",)),
    "skill nobody has": ("[billing, disputes]", "[billing, dispute]", "skills[1]", ("nobody serves queue expert", "did you mean 'disputes'")),
    "skills nobody has together": ("skills: {billing: 1.0, disputes: 1.1}, count: 3}", "skills: {billing: 1}, count: 3}\n    b: {tier: 2, skills: {disputes: 1}, count: 1}", "queues.expert.skills", ("has all of its skills",)),
    "tier nobody has": ("experts: {tier: 2", "experts: {tier: 3", "queues.expert", ("no agent of tier 2", "add a group")),
    "nobody hired": ("count: 3", "count: 0", "queues.expert", ("no agent of tier 2",)),
    "tier four": ("experts: {tier: 2", "experts: {tier: 4", "experts.tier", ("at most 3",)),
    "unknown shift": ("shift: early", "shift: erly", "team.shift", ("no shift", "did you mean 'early'")),
    "shift ends before it starts": ('end: "06:00+1"', 'end: "06:00"', "shifts.night.end", ("not after the start", '"06:00+1"')),
    "shift starts tomorrow": ('start: "22:00", end: "06:00+1"', 'start: "22:00+1", end: "23:00+1"', "night.start", ("its own day",)),
    "break outside": ('at: "10:00"', 'at: "15:20"', "shifts.early.breaks[0]", ("not inside the shift",)),
    "breaks overlap": ('breaks: [{at: "10:00", length: "15 min"}]', 'breaks: [{at: "10:00", length: "15 min"}, {at: "10:10", length: "15 min"}]', "breaks[1]", ("overlap",)),
    "count and plan": ("count: 3", "count: 3, plan: {rule: target}", "groups.experts", ("both `count` and `plan`",)),
    "neither count nor plan": (", count: 3", "", "groups.experts", ("needs `count` or `plan`",)),
    "unknown weekday": ('end: "15:30"', 'end: "15:30", days: [mon, thur]', "early.days[1]", ("not one of the choices", "'thu'")),
    "outage before the start": ("queues:\n", BOT + "  outages: [{at: '06:00', length: 30 min}]\nqueues:\n", "bot.outages[0].at", ("before the scenario starts",)),
    "outage after the end": ("queues:\n", BOT + "  outages: [{at: '23:00', length: 30 min}]\nqueues:\n", "bot.outages[0].at", ("when the run is over",)),
    "outage without a length": ("queues:\n", BOT + "  outages: [{at: '09:00'}]\nqueues:\n", "bot.outages[0].length", ("this key is missing",)),
    "a bot that fails all the time": ("queues:\n", BOT + "  failures: {up: {law: deterministic, value: 0 s}, down: {law: exponential, mean: 5 s}}\nqueues:\n", "bot.failures", ("every 5 s", "60 s together")),
    "a bot for nobody": ("queues:\n", BOT + "  sessions_at_once: 0\nqueues:\n", "bot.sessions_at_once", ("1",)),
    "a bot that unlearns": ("queues:\n", BOT + "  review: {gain: -0.1}\nqueues:\n", "bot.review.gain", ("0",)),
    "knowledge of nothing": ("queues:\n", "quality: {knowledge: {articles: {}}}\nqueues:\n", "quality.knowledge.articles", ("at least 1 entry",)),
    "article about nothing": ("queues:\n", "quality: {knowledge: {articles: {biling: {}}}}\nqueues:\n", "quality.knowledge.articles.biling", ("no intent", "did you mean 'billing'")),
    "fix of no article": ("queues:\n", "quality: {knowledge: {articles: {billing: {}}, fixes: [{intent: sales, at: 1 h}]}}\nqueues:\n", "quality.knowledge.fixes[0].intent", ("no article",)),
    "fix after the end": ("queues:\n", "quality: {knowledge: {articles: {billing: {}}, fixes: [{intent: billing, at: 8 h}]}}\nqueues:\n", "quality.knowledge.fixes[0].at", ("when the scenario is over",)),
    "fix by the clock": ("queues:\n", "quality: {knowledge: {articles: {billing: {}}, fixes: [{intent: billing, at: '09:00'}]}}\nqueues:\n", "quality.knowledge.fixes[0].at", ("a clock time where a duration belongs",)),
    "an article that covers too much": ("queues:\n", "quality: {knowledge: {articles: {billing: {coverage: 1.2}}}}\nqueues:\n", "articles.billing.coverage", ("at most 1",)),
    "knowledge that does wonders": ("queues:\n", "quality: {knowledge: {handle: 40, articles: {billing: {}}}}\nqueues:\n", "quality.knowledge.handle", ("at most 10",)),
    "bot without a bot": ("  sales:\n", "  sales:\n    bot: {containment: 0.4}\n", "intents.sales.bot", ("the scenario has none",)),
    "unknown supervisor queue": ("staff:\n", "escalation: {supervisor: {queue: frnt, step: {talk: {law: deterministic, value: 1 s}}}}\nstaff:\n", "escalation.supervisor.queue", ("did you mean 'front'",)),
    "unknown router": ("staff:\n", "routing: {rule: longest_idel}\nstaff:\n", "routing.rule", ("no router", "did you mean 'longest_idle'")),
    "wrong rule parameter": ("staff:\n", "routing: {rule: longest_idle, params: {depth: 3}}\nstaff:\n", "routing.params.depth", ("unknown key",)),
    "rule without its name": ("staff:\n", "routing: {params: {}}\nstaff:\n", "routing.rule", ("missing",)),
    "more than all that fails goes up": ("staff:\n", "escalation: {agent_notices: 0.7, customer_asks: 0.7}\nstaff:\n", "escalation", ("sum to 1.4", "at most 1 together")),
    "more than all asks for a supervisor": ("staff:\n", "escalation: {supervisor: {queue: expert, customer_asks: 0.6, agent_asks: 0.5, step: {talk: {law: deterministic, value: 1 s}}}}\nstaff:\n", "escalation.supervisor", ("customer_asks and agent_asks", "sum to 1.1")),
    "more than all leaves the bot": ("queues:\n", BOT + "  hang_up: 0.9\nqueues:\n", "bot", ("hang_up and asks_human", "sum to 1.05")),
    "warm without a handover": ("staff:\n", "escalation: {agent_notices: 0.5, warm: 0.5}\nstaff:\n", "escalation.warm", ("no handover", "write warm: 0")),
    "cost of an unknown intent": ("staff:\n", "routing: {rule: c_mu, params: {intent_cost: {biling: 2}}}\nstaff:\n", "routing.params.intent_cost.biling", ("no intent", "did you mean 'billing'")),
    "cost of an unknown segment within": ("staff:\n", "routing: {rule: guarded, params: {inner: {rule: generalised_c_mu, params: {segment_cost: {gold: 2}}}}}\nstaff:\n", "routing.params.inner.params.segment_cost.gold", ("no segment", "private")),
    "share of an unknown queue": ("staff:\n", "routing: {rule: queue_and_idleness, params: {queue_share: {frnt: 2}}}\nstaff:\n", "routing.params.queue_share.frnt", ("no queue", "did you mean 'front'")),
    "weight of an unknown queue": ("staff:\n", "routing: {rule: waiting_and_idle, params: {waiting_weight: {frnt: 2}, affinity: {front: {billing: 1}}}}\nstaff:\n", "routing.params.waiting_weight.frnt", ("no queue", "did you mean 'front'")),
    "room without end": ("tier: 2, skills: [bil", "tier: 2, capacity: inf, skills: [bil", "queues.expert.capacity", ("a number belongs here", "leave the key out where there is no limit")),
    "skills of people as a list": ("skills: {billing: 1.0}, count: 10", "skills: [billing], count: 10", "staff.groups.team.skills", ("a block of keys", "such as `billing: …`")),
    "unknown escalation rule": ("staff:\n", "escalation: {rule: {rule: nevr}}\nstaff:\n", "escalation.rule.rule", ("'never'",)),
    "missing file": ("file: day.csv", "file: dya.csv", "arrivals.file", ("no such CSV file", "did you mean 'day.csv'")),
    "missing column": ("column: sales", "column: sale", "arrivals.column", ("no such column", "did you mean 'sales'")),
    "file above the folder": ("file: day.csv", "file: ../day.csv", "arrivals.file", ("without folders",)),
    "absolute file": ("file: day.csv", "file: /etc/passwd", "arrivals.file", ("without folders", "bare name")),
    "not a CSV": ("file: day.csv", "file: day.xlsx", "arrivals.file", ("a CSV file is named",)),
    "duplicate key": ("  expert: {tier", "  front: {tier", "queues.front", ("the key stands twice", "keep one")),
    "merge key": ("title:", "<<: {a: 1}\ntitle:", "", ("merge keys are not read",)),
    "tab": ("  shifts:", "\tshifts:", "", ("not valid YAML", "never with tabs")),
    "bad indentation": ("  groups:", "   groups:", "", ("not valid YAML", "indentation")),
    "open quote": ('length: "8 h"', 'length: "8 h', "", ("not valid YAML",)),
    "colon in a text": ("title: A small", "title: A: small", "", ("not valid YAML", "quotes around")),
    "tag": ("per_hour: 60", "per_hour: !!python/object/apply:os.system [ls]", "", ("tags are not read",)),
    "own tag": ("per_hour: 60", "per_hour: !int 60", "", ("tags are not read",)),
    "_target_": ("  voice: {", "  voice: {_target_: os.system, ", "", ("would build an object", "_target_")),
    "hydra key": ("title:", "hydra: {run: {dir: /tmp}}\ntitle:", "", ("the program's own configuration", "hydra")),
    "defaults list": ("title:", "defaults: [other]\ntitle:", "", ("the program's own configuration",)),
    "override of hydra": ("title:", "override hydra/launcher: x\ntitle:", "", ("problem",)),
    "package line": ("title:", "# @package _global_\ntitle:", "", ("package line", "take the line out")),
    "environment": ("title: A", "title: ${oc.env:HOME} A", "", ("interpolations", "write the value itself")),
    "interpolation": ("title: A", "title: ${calendar.start} A", "", ("interpolations",)),
    "undefined alias": ("count: 10", "count: *ten", "", ("alias",)),
    "second document": ("staff:\n", "---\nstaff:\n", "", ("second document", "one document a file")),
    "NUL character": ("title: A", "title: A\0", "", ("not valid YAML", "control character")),
    "defaults as a list": ("intent_defaults:\n  channel: voice\n", "intent_defaults: [a]\nx:\n", "intent_defaults", ("a block of keys",)),
    "misspelt default": ("intent_defaults:\n  channel", "intent_defaults:\n  chanel", "intent_defaults.chanel", ("did you mean 'channel'",)),
    "default refused once": ('"3 min"', '"3"', "intent_defaults.patience.mean", ("1 problem", "without a unit")),
    "a billion agents": ("count: 10", "count: 1000000000", "team.count", ("1000000003 agents", "at most 100000")),
    "agents beyond numbers": ("count: 10", "count: 1" + "0" * 30, "team.count", ("at most 100000", "1000000000000000000000000000003 agents")),
    "a factor too wild": ("staff:\n", "busyness: {day_cv: 20}\nstaff:\n", "busyness.day_cv", ("between 0.005 and 10",)),
    "a factor of next to nothing": ("staff:\n", "busyness: {day_cv: 0.001}\nstaff:\n", "busyness.day_cv", ("write 0 for none",)),
    "digits without end": ("count: 10", "count: " + "9" * 5000, "team.count", ("a number of 5000 characters", "write it shorter")),
    "digits without end as a key": ("  chat: {", "  " + "9" * 500 + ": {", "channels", ("cannot be a name",)),
    "a rate beyond all": ("per_hour: 60", "per_hour: 1e308", "arrivals.per_hour", ("at most 1000000000",)),
    "a rate beyond memory": ("per_hour: 60", "per_hour: 100000000", "intents.billing.arrivals", ("8e+08 first contacts", "at most 200000000")),
    "a length of ages": ('length: "8 h"', 'length: "2000 w"', "calendar.length", ("longer than ten years",)),
    "a length beyond numbers": ('length: "8 h"', 'length: "1e300 s"', "calendar.length", ("longer than 100 years",)),
    "a length that overflows": ('length: "8 h"', 'length: "1e400 s"', "calendar.length", ("must be finite",)),
    "a drain of ages": ('warmup: "1 h"', 'max_drain: "1000 w"', "calendar.max_drain", ("longer than ten years",)),
    "intervals without number": ('warmup: "1 h"', 'interval: "1 ms"', "calendar.interval", ("more than 100000 intervals",)),
    "a duration of nothing": ('mean: "5 min"', 'mean: "1e-300 s"', "talk.mean", ("shorter than a microsecond",)),
    "signals without pause": ("staff:\n", 'quality: {signals: {refresh: "1 ms"}}\nstaff:\n', "signals.refresh", ("more than 100000 times",)),
    "a manager without pause": ("  groups:", '  floor_manager: {every: "1 ms"}\n  groups:', "floor_manager.every", ("more than 100000 times",)),
    "a law too wild": ("cv: 0.8", "cv: 1e10", "talk.cv", ("at most 100",)),
    "a spread too wild": ("staff:\n", "quality: {truth: {speed_sd: 50.0}}\nstaff:\n", "truth.speed_sd", ("at most 5",)),
    "a proficiency of nothing": ("billing: 1.0}, count: 10", "billing: 1e-9}, count: 10", "skills.billing", ("at least 0.001",)),
    "a text without end": ("title: A small", "title: " + "x" * 501 + " A small", "title", ("at most 500 characters",)),
    "a tower of laws": ('{law: gamma, mean: "9 min", cv: 0.5}', "{law: mixture, parts: [{weight: 1, of: " * 14 + "{law: x}" + "}]}" * 14, "", ("nested deeper than 40",)),
    "year zero": ("2024-01-01", "0001-01-01", "calendar.start", ("outside 1900 to 2199", "four digits")),
    "year of the spam": ("2024-01-01", "9999-12-31", "calendar.start", ("outside 1900 to 2199",)),
    "an hour that is not": ("01T08:00", "01T25:00", "calendar.start", ("no such date or time",)),
    "midnight as 24": ("01T08:00", "01T24:00", "calendar.start", ("no such date or time",)),
    "an American date": ("2024-01-01T08:00", "01/02/2024 08:00", "calendar.start", ("not a local date and time",)),
    "a German date": ("2024-01-01T08:00", "01.02.2024 08:00", "calendar.start", ("not a local date and time",)),
    "a summer-time offset": ("01T08:00", "01T08:00+02:00", "calendar.start", ("without a time zone",)),
    "a named zone": ("01T08:00", "01T08:00 Europe/Berlin", "calendar.start", ("without a time zone",)),
    "a clock by twelve": ('start: "07:00"', 'start: "7 am"', "early.start", ("not a clock time",)),
    "a clock with a point": ('start: "07:00"', 'start: "7.00"', "early.start", ("not a clock time",)),
    "minute sixty": ('end: "15:30"', 'end: "23:60"', "early.end", ("no such clock time",)),
    "past midnight by 24:30": ('end: "15:30"', 'end: "24:30"', "early.end", ('"00:30+1"',)),
    "an ISO duration": ('mean: "5 min"', 'mean: "PT5M"', "talk.mean", ("not a duration",)),
    "a duration as a clock": ('mean: "5 min"', 'mean: "05:00"', "talk.mean", ("a clock time where a duration belongs",)),
    "two units": ('mean: "5 min"', 'mean: "5 min 30 s"', "talk.mean", ("one number and one unit",)),
    "months": ('mean: "5 min"', 'mean: "5 months"', "talk.mean", ("unknown unit 'months'",)),
    "digits of another script": ('mean: "5 min"', 'mean: "٥ min"', "talk.mean", ("not a duration",)),
    "a hard space": ('mean: "5 min"', 'mean: "5\u00a0min"', "talk.mean", ("not a duration", "\\xa0")),
    "exponent for a count": ("count: 10", "count: 1e1", "team.count", ("whole number",)),
    "a letter that looks alike": ("queues:\n", "queu\u0435s:\n", "queues", ("this key is missing", "did you mean 'queues'")),
    "an invisible letter": ("  voice: {", "  vo\u200bice: {", "channels.vo\\u200bice", ("cannot be a name",)),
    "two dots as a name": ("  chat: {", "  ..: {", "channels", ("cannot be a name",)),
    "a slash in a name": ("  chat: {", "  a/b: {", "channels.a/b", ("cannot be a name",)),
    "a name without end": ("  chat: {", "  " + "c" * 65 + ": {", "channels.ccc", ("at most 64",)),
    "a line feed in a name": ("  chat: {", '  "chat\\n": {', "channels.chat\\n", ("cannot be a name",)),
    "escapes in a name": ("  chat: {", '  "\\e[31mchat": {', "channels.\\x1b[31mchat", ("cannot be a name",)),
    "a formula as a column": ("column: sales", 'column: "=cmd()"', "arrivals.column", ("no such column",)),
    "a number as a column": ("column: sales", "column: 7", "arrivals.column", ("a text belongs here", '"7"')),
    "a device as a file": ("file: day.csv", "file: /dev/zero", "arrivals.file", ("without folders",)),
    "a web address as a file": ("file: day.csv", "file: 'https://x.org/day.csv'", "arrivals.file", ("without folders",)),
    "a share of Windows as a file": ("file: day.csv", "file: '\\\\server\\day.csv'", "arrivals.file", ("without folders",)),
    "a curve of another day": ("{kind: constant, per_hour: 60}", '{kind: curve, begins: "08:00+9", every: "1 h", per_hour: [1]}', "arrivals.begins", ("its own day",)),
    "a curve longer than a day": ("{kind: constant, per_hour: 60}", '{kind: curve, begins: "08:00", every: "9 h", per_hour: [1, 2, 3]}', "arrivals.per_hour", ("27 hours",)),
    "slowdown for a whole agent": ("{takes: whole}", "{takes: whole, slowdown: [1.0, 1.5]}", "channels.voice.slowdown", ("takes its whole agent", "takes: slot")),
    "a skill twice": ("skills: [billing], overflow", "skills: [billing, billing], overflow", "queues.front.skills[1]", ("stands twice",)),
    "a day twice": ('end: "15:30"', 'end: "15:30", days: [mon, mon]', "early.days[1]", ("stands twice",)),
    "a shift on no day": ('end: "15:30"', 'end: "15:30", days: []', "early.days", ("no day of the week",)),
    "a shift of no length": ('end: "15:30"', 'end: "07:00"', "early.end", ("not after the start",)),
    "a code file as a rule": ("staff:\n", "routing: {rule: /tmp/my_rule.py}\nstaff:\n", "routing.rule", ("no router",)),
    "a module as a rule": ("staff:\n", "routing: {rule: 'os:system'}\nstaff:\n", "routing.rule", ("no router",)),
    "code in parameters": ("staff:\n", "routing: {rule: p_mu, params: {_target_: os.system}}\nstaff:\n", "", ("would build an object",)),
    "rules named in a scenario": ("staff:\n", "rules: my_rule.py\nstaff:\n", "rules", ("unknown key",)),
}  # fmt: skip

FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty file": (b"", ("empty", "title")),
    "only a comment": (b"# nothing\n", ("empty",)),
    "a list": (b"- a\n- b\n", ("not a mapping",)),
    "a text": (b"hello\n", ("not a mapping",)),
    "a number": (b"42\n", ("not a mapping",)),
    "not UTF-8": (b"title: caf\xe9\n", ("not UTF-8", "save the file as UTF-8")),
    "UTF-16": (GOOD.encode("utf-16"), ("UTF-8",)),
    "binary": (bytes(range(256)), ("problem",)),
    "a huge file": (b"title: " + b"x" * 1_000_001, ("at most 1000000 bytes", "CSV")),
    "deep nesting": (b"a: " + b"[" * 5000 + b"]" * 5000, ("nested deeper",)),
    "deep blocks": (b"".join(b" " * n + b"a:\n" for n in range(200)), ("nested deeper",)),
    "an alias bomb": (
        b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)),
        ("aliases and all", "100000"),
    ),
    "an alias of itself": (b"a: &a [*a]\n", ("an alias that holds itself",)),
    "keys that are lists": (b"? [a, b]\n: c\n", ("a key must be a plain word",)),
}

# file, its content, and what the message must say
CSVS: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "empty": ("day.csv", b"", ("day.csv", "empty")),
    "no start column": ("day.csv", b"time,sales\n08:00,1\n", ("no column `start`",)),
    "text in a number column": ("day.csv", b"start,sales\n08:00,1\n08:30,NA\n", ("day.csv:3: sales", "'NA'", "empty")),
    "decimal comma": ("day.csv", b'start,sales\n08:00,"1,5"\n08:30,2\n', ("day.csv:2: sales", "write 1.5")),
    "thousands": ("day.csv", b'start,sales\n08:00,"1,500.0"\n08:30,2\n', ("day.csv:2: sales", "thousands")),
    "underscore": ("day.csv", b"start,sales\n08:00,1_000\n08:30,2\n", ("day.csv:2: sales", "not a number")),
    "infinite": ("day.csv", b"start,sales\n08:00,inf\n08:30,2\n", ("day.csv:2: sales", "not a number")),
    "negative": ("day.csv", b"start,sales\n08:00,-1\n08:30,2\n", ("day.csv:2: sales", "cannot be negative")),
    "uneven starts": ("day.csv", b"start,sales\n08:00,1\n08:30,2\n09:30,2\n", ("day.csv:4: start", "by 30 min")),
    "starts fall": ("day.csv", b"start,sales\n08:30,1\n08:00,2\n", ("day.csv:3: start", "must rise")),
    "bad clock": ("day.csv", b"start,sales\n8.00,1\n08:30,2\n", ("day.csv:2: start", "not a clock time")),
    "one row": ("day.csv", b"start,sales\n08:00,1\n", ("at least two rows",)),
    "two days": ("day.csv", b"start,sales\n00:00,1\n18:00,1\n12:00+1,2\n", ("longer than a day",)),
    "ragged": ("day.csv", b"start,sales\n08:00,1,2\n08:30\n", ("day.csv:2", "day.csv:3", "names 2 columns")),
    "column twice": ("day.csv", b"start,sales,sales\n08:00,1,1\n", ("two columns have this name",)),
    "column without name": ("day.csv", b"start,,sales\n08:00,1,1\n", ("column 2 has no name",)),
    "tabs": ("day.csv", b"start\tsales\n08:00\t1\n", ("separated by tabs", "CSV UTF-8")),
    "UTF-16": ("day.csv", "start,sales\n".encode("utf-16"), ("UTF-16", "CSV UTF-8")),
    "Latin-1": ("day.csv", b"start,sales\n08:00,\xe9\n", ("day.csv:2", "not UTF-8")),
    "a workbook": ("day.csv", b"PK\x03\x04", ("an Excel workbook",)),
    "NUL": ("day.csv", b"start,sales\n08:00,\x001\n", ("NUL",)),
    "open quote": ("day.csv", b'start,sales\n08:00,"1\n', ("not valid CSV",)),
    "negative duration": ("calls.csv", b"id,seconds\n1,-5\n", ("not a possible law", "empirical")),
    "no durations": ("calls.csv", b"id,seconds\n", ("not a possible law", "empty")),
    "cells with formulas": (
        "day.csv",
        b"start,sales\n08:00,=1+1\n08:30,2\n",
        ("day.csv:2: sales", "'=1+1'", "not a number"),
    ),
    "per cent": ("day.csv", b"start,sales\n08:00,15%\n08:30,2\n", ("day.csv:2: sales", "without units")),
    "a currency": ("day.csv", "start,sales\n08:00,€15\n08:30,2\n".encode(), ("day.csv:2: sales", "without units")),
    "an accountant's minus": ("day.csv", b"start,sales\n08:00,(15)\n08:30,2\n", ("day.csv:2: sales", "not a number")),
    "a typographer's minus": (
        "day.csv",
        "start,sales\n08:00,−15\n08:30,2\n".encode(),
        ("day.csv:2: sales", "not a number"),
    ),
    "Arabic digits": ("day.csv", "start,sales\n08:00,١٥\n08:30,2\n".encode(), ("day.csv:2: sales", "not a number")),
    "infinite by size": ("day.csv", b"start,sales\n08:00,1e400\n08:30,2\n", ("day.csv:2: sales", "not a number")),
    "null": ("day.csv", b"start,sales\n08:00,null\n08:30,2\n", ("day.csv:2: sales", "empty value")),
    "an error of Excel": ("day.csv", b"start,sales\n08:00,#N/A\n08:30,2\n", ("day.csv:2: sales", "empty value")),
    "German thousands": ("day.csv", b"start;sales\r\n08:00;1.500,5\r\n08:30;2\r\n", ("day.csv:2: sales", "thousands")),
    "French thousands": (
        "day.csv",
        "start;sales\n08:00;1\u202f500\n08:30;2\n".encode(),
        ("day.csv:2: sales", "thousands"),
    ),
    "Swiss thousands": ("day.csv", b"start;sales\n08:00;1'500\n08:30;2\n", ("day.csv:2: sales", "thousands")),
    "thousands or decimals": (
        "day.csv",
        b"start;sales\n08:00;1.500\n08:30;2.250\n",
        ("day.csv:2: sales", "day.csv:3: sales", "write 1500", "thousands"),
    ),
    "points beside commas": ("day.csv", b"start;sales\n08:00;1.5\n08:30;2,5\n", ("day.csv:2: sales", "'1.5'")),
    "quoted thousands": ("day.csv", b'start,sales\n08:00,"1,500"\n08:30,2\n', ("day.csv:2: sales", "write 1500")),
    "pipes": ("day.csv", b"start|sales\n08:00|1\n", ("no such column", "start|sales")),
    "sep= of tabs": ("day.csv", b"sep=\t\nstart\tsales\n", ("day.csv:1", "separated by `,` or `;`")),
    "CP1252": ("day.csv", "start,sales\n08:00,1\n08:30,2\n€,3\n".encode("cp1252"), ("day.csv:4", "not UTF-8")),
    "a title line": ("day.csv", b"Calls of Monday,,\nstart,sales,\n08:00,1,\n", ("day.csv:2", "names 1 columns")),
    "a total line": (
        "day.csv",
        b"start,sales\n08:00,1\n08:30,2\nTotal,3\n",
        ("day.csv:4: start", "'Total'", "clock time"),
    ),
    "twelve hours": (
        "day.csv",
        b"start,sales\n8:00 AM,1\n8:30 AM,2\n",
        ("day.csv:2: start", "'8:00 AM'", "clock time"),
    ),
    "dates for times": ("day.csv", b"start,sales\n2024-01-01 08:00:00,1\n", ("day.csv:2: start", "clock time")),
    "Excel's day fractions": ("day.csv", b"start,sales\n0.3333,1\n0.3541,2\n", ("day.csv:2: start", "clock time")),
    "the same start twice": ("day.csv", b"start,sales\n08:00,1\n08:00,2\n", ("day.csv:3: start", "must rise")),
    "a web page": ("day.csv", b"<html><table><tr><td>start</td></tr></table>", ("no such column", "start")),
    "JSON": ("day.csv", b'[{"start": "08:00", "sales": 1}]', ("no such column", "start")),
    "a cell without end": (
        "day.csv",
        b'start,sales\n08:00,"' + b"1" * 200_000 + b'"\n',
        ("day.csv:2", "not valid CSV"),
    ),
    "as many columns as rows": (
        "day.csv",
        b",".join(b"c%d" % n for n in range(20_000)),
        ("no such column", "and 19988 more"),
    ),
    "rows too long": ("day.csv", b"start,sales\n" + b"1,2,3\n" * 20_000, ("20 problems", "day.csv:2", "day.csv:21")),
    "cells too many to list": ("day.csv", b"start,sales\n" + b"08:00,y\n" * 20_000, ("day.csv:2: sales", "19995 more")),
    "more calls than people": (
        "day.csv",
        b"start,sales\n08:00,1e300\n08:30,2\n",
        ("first contacts a replication", "at most 200000000"),
    ),
    "a duration beyond history": ("calls.csv", b"id,seconds\n1,1e300\n2,3\n", ("longer than 100 years",)),
}

# cells of the second line of a roster (`name,tier,skills,slots,hourly_cost,shift,start,end,breaks`), and what must be said
ROSTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a formula for a name": ("=HYPERLINK(1),1,billing", ("roster.csv:2: name", "starts with a letter")),
    "no name": (",1,billing", ("roster.csv:2: name",)),
    "tier four": ("ada,4,billing", ("roster.csv:2: tier", "not from 1 to 3")),
    "tier as text": ("ada,one,billing", ("roster.csv:2: tier", "not a whole number")),
    "a skill nobody asks for": ("ada,1,biling", ("roster.csv:2: skills", "no queue of the scenario asks")),
    "a skill twice": ("ada,1,billing|billing", ("roster.csv:2: skills", "twice")),
    "a proficiency of zero": ("ada,1,billing:0", ("roster.csv:2: skills", "not a positive number")),
    "a decimal comma": ('ada,1,"billing:1,5"', ("roster.csv:2: skills", "not a number")),
    "slots without number": ("ada,1,billing,many", ("roster.csv:2: slots", "not a whole number")),
    "a negative wage": ("ada,1,billing,1,-3", ("roster.csv:2: hourly_cost", "not a number")),
    "an unknown shift": ("ada,1,billing,1,3,erly", ("roster.csv:2: shift", "no such shift", "early")),
    "a start without an end": ("ada,1,billing,1,3,,08:00", ("roster.csv:2: start", "both `start` and `end`")),
    "an end before its start": ("ada,1,billing,1,3,,08:00,07:00", ("roster.csv:2: end", '"06:00+1"')),
    "a break outside": ("ada,1,billing,1,3,early,,,23:00/15", ("roster.csv:2: breaks",)),
    "the same name twice": ("ben,1,billing", ("'ben'", "2 agents have this name")),
    "everything at once": ("=x,9,nothing,-1,x", ("5 problems", "name", "tier", "skills", "slots", "hourly_cost")),
}

# words of a command line after `ccsim run demo.yaml`, and what must be said
WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "no replications": ("replications=0", ("replications: 0", "from 1 to 100000")),
    "a billion replications": ("replications=1000000000", ("replications: 1000000000", "from 1 to 100000")),
    "replications in words": ("replications=ten", ("replications=ten", "not a whole number")),
    "replications without end": ("replications=" + "9" * 5000, ("not a whole number", "…")),
    "replications in another script": ("replications=٥", ("not a whole number",)),
    "half a seed": ("seed=1.5", ("seed=1.5", "not a whole number")),
    "a negative seed": ("seed=-1", ("seed: -1",)),
    "a seed beyond": ("seed=9223372036854775808", ("seed: 9223372036854775808",)),
    "an unknown engine": ("engine=warp", ("'warp'", "local")),
    "a misspelt key": ("replicatons=5", ("did you mean replications=",)),
    "contacts maybe": ("contacts=maybe", ("contacts=true",)),
    "a factor NaN": ("births_factor=nan", ("births_factor=nan", "above 0")),
    "results at a device": ("results=/dev/null", ("results=/dev/null",)),
    "results with a NUL": ("results=a\0b", ("results=", "not the name of a file or folder")),
    "results with escapes": ("results=\x1b]0;x\x07", ("not the name of a file or folder", "\\x1b")),
    "an override of code": ("+x._target_=os.system", ("would name code",)),
    "an override of Hydra": ("hydra.run.dir=/tmp/x", ("the program's own configuration",)),
    "an override of the environment": ("title=${oc.env:HOME}", ("interpolations",)),
    "an override without end": ("title=" + "x" * 100_000, ("longer than 20000 characters", "…")),
    "an override of digits": ("staff.groups.team.count=" + "9" * 5000, ("a number belongs here", "team.count")),
    "an override too deep": ("title=" + "[" * 3000, ("nested deeper than 40",)),
    "an override of escapes": ("\x1b[31m=1", ("\\x1b[31m",)),
    "an override nobody closes": ("title='x", ("needs quotes",)),
    "an override of a misspelt path": ("staff.groups.taem.count=1", ("did you mean `staff.groups.team`",)),
    "an override out of range": ("staff.groups.team.count=-1", ("at least 0", "override 'staff.groups.team.count=-1'")),
}

EXPERIMENT = """\
title: More heads
base: demo
arms:
  now: {}
  more: {label: Two more, overrides: [staff.groups.team.count=12]}
primary: {kpi: service_level, matters: 0.01}
guardrails:
  abandonment: {margin: 0.01}
replications: 5
"""

EXPERIMENTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "unknown base": ("base: demo", "base: dmeo", "base", ("no scenario", "did you mean 'demo'")),
    "base as a path": ("base: demo", "base: ../demo.yaml", "base", ("a name begins with",)),
    "one arm": ("  now: {}\n", "", "arms", ("at least 2 entries",)),
    "arm as a list": ("now: {}", "now: [a=b]", "arms.now", ("a block of keys",)),
    "override misspelt": ("team.count", "taem.count", "arms.more.overrides[0]", ("did you mean `staff.groups.team`",)),
    "override of a bad value": ("count=12", "count=many", "arm more: ", ("a number belongs here", "many")),
    "override breaks a reference": ("staff.groups.team.count=12", "staff.groups.team.tier=3", "arm more: ", ("tier 1",)),
    "override is a mapping": ("[staff.groups.team.count=12]", "{a: 1}", "arms.more.overrides", ("a list",)),
    "override is a number": ("[staff.groups.team.count=12]", "[12]", "overrides[0]", ("a text belongs",)),
    "override is a sweep": ("[staff.groups.team.count=12]", "['staff.groups.team.count=12,13']", "arms.more.overrides[0]", ("sweep",)),
    "override reads the environment": ("[staff.groups.team.count=12]", "['title=${oc.env:HOME}']", "", ("interpolations",)),
    "unknown KPI": ("service_level", "service_levle", "primary.kpi", ("no KPI", "did you mean 'service_level'")),
    "unknown guardrail": ("abandonment:", "abandonmnet:", "guardrails.abandonmnet", ("did you mean 'abandonment'",)),
    "negative margin": ("margin: 0.01", "margin: -1", "guardrails.abandonment.margin", ("at least 0",)),
    "one replication": ("replications: 5", "replications: 1", "replications", ("at least 2",)),
    "confidence in per cent": ("replications: 5", "confidence: 95", "confidence", ("less than 1",)),
    "misspelt key": ("replications:", "replication:", "replication", ("did you mean 'replications'",)),
    "hydra key": ("title:", "hydra: {}\ntitle:", "", ("the program's own configuration",)),
    "package line": ("title:", "# @package _global_\ntitle:", "", ("package line",)),
}  # fmt: skip
