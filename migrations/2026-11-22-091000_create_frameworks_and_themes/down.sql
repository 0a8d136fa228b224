drop table themes;
drop table framework_grades;
drop table framework_kinds;
drop table framework_areas;
drop table frameworks;
