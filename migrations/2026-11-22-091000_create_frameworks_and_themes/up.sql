create table frameworks (
    framework text not null,
    position integer not null,
    name text not null,
    family text not null,
    description text not null,
    valid_from date not null,
    valid_from_is_approximate boolean not null,
    valid_to date,
    valid_to_is_approximate boolean not null,
    aliases text[] not null,
    constraint frameworks_pkey primary key (framework),
    constraint frameworks_position_key unique (position) deferrable initially deferred,
    constraint frameworks_framework_check check (framework ~ '^[a-z][a-z0-9_]{0,63}$'),
    constraint frameworks_validity_check check (valid_from <= valid_to)
);
comment on table frameworks is 'The rule books that Ofsted inspects by, each with its own areas, grades and kinds of inspection.';
comment on column frameworks.framework is 'The code that inspections name.';
comment on column frameworks.position is 'Order in which frameworks are listed: the oldest first.';
comment on column frameworks.family is 'Versions of one framework share a family; only within it do areas line up exactly.';
comment on column frameworks.valid_from is 'First day of fieldwork under this framework.';
comment on column frameworks.valid_from_is_approximate is 'The first day is not known exactly, and no inspection is refused for it.';
comment on column frameworks.valid_to is 'Last day of fieldwork under this framework; absent while it is in use.';
comment on column frameworks.valid_to_is_approximate is 'The last day is not known exactly, and no inspection is refused for it.';
comment on column frameworks.aliases is 'Codes that other data sets use, which the import translates by date.';

create table framework_areas (
    framework text not null,
    area text not null,
    position integer not null,
    name text not null,
    under text,
    comparison_groups text[] not null,
    constraint framework_areas_pkey primary key (framework, area),
    constraint framework_areas_position_key unique (framework, position) deferrable initially deferred,
    constraint framework_areas_framework_fkey foreign key (framework) references frameworks on delete cascade,
    constraint framework_areas_under_fkey foreign key (framework, under) references framework_areas (framework, area),
    constraint framework_areas_area_check check (area ~ '^[a-z][a-z0-9_]{0,63}$')
);
comment on table framework_areas is 'The areas that a framework judges.';
comment on column framework_areas.under is 'The area of which this one is a part.';
comment on column framework_areas.comparison_groups is 'Areas of different frameworks in one group line up.';

create table framework_kinds (
    framework text not null,
    kind text not null,
    position integer not null,
    name text not null,
    description text not null,
    is_graded boolean not null,
    is_visit boolean not null,
    gives_standing boolean not null,
    constraint framework_kinds_pkey primary key (framework, kind),
    constraint framework_kinds_position_key unique (framework, position) deferrable initially deferred,
    constraint framework_kinds_framework_fkey foreign key (framework) references frameworks on delete cascade,
    constraint framework_kinds_visit_check check (not (is_visit and is_graded)),
    constraint framework_kinds_standing_check check (is_graded or not gives_standing)
);
comment on table framework_kinds is 'The kinds of inspection that a framework knows.';
comment on column framework_kinds.is_graded is 'Inspections of this kind carry judgements.';
comment on column framework_kinds.is_visit is 'Inspections of this kind are visits: short, ungraded, reported by letter.';
comment on column framework_kinds.gives_standing is 'An inspection of this kind decides where an authority stands.';

create table framework_grades (
    framework text not null,
    grade text not null,
    position integer not null,
    name text not null,
    definition text,
    plain_definition text not null,
    constraint framework_grades_pkey primary key (framework, grade),
    constraint framework_grades_position_key unique (framework, position) deferrable initially deferred,
    constraint framework_grades_framework_fkey foreign key (framework) references frameworks on delete cascade,
    constraint framework_grades_grade_check check (grade in ('outstanding', 'good', 'requires_improvement', 'adequate', 'inadequate'))
);
comment on table framework_grades is 'The grades of a framework, best first.';
comment on column framework_grades.definition is 'What the grade means, as the framework says it.';
comment on column framework_grades.plain_definition is 'What the grade means, in plain words.';

create table themes (
    theme text not null,
    position integer not null,
    name text not null,
    description text not null,
    constraint themes_pkey primary key (theme),
    constraint themes_position_key unique (position) deferrable initially deferred,
    constraint themes_theme_check check (theme ~ '^[a-z][a-z0-9_]{0,63}$')
);
comment on table themes is 'The subjects that findings and recommendations are about, across all frameworks.';
