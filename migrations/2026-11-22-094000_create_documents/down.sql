drop table document_authorities;
drop table documents;
