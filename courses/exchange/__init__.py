"""Questions in the formats of others: GIFT and Moodle XML both ways, Aiken in.

Readers and writers know texts and the frozen questions of courses.quizzes, nothing else: no
database, no request. courses.importing writes what was read; courses.desk shows it.

Direction: found and markup know nothing of each other; decoding knows bytes; asides and building
make questions; gift, moodle_xml and aiken are the formats; formats holds them all.
"""
