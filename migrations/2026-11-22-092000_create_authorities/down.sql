drop table statistical_neighbours;
drop table authority_successions;
drop table authorities;
