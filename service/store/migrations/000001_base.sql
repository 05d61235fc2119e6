-- What everything else stands on: substring search, and one way to fold names.
create extension if not exists pg_trgm;

-- A name as people search for it: case, Turkish dots and accents do not matter. "ŞİRKET", "şirket" and "sirket" are one.
create function hunter_fold(name text) returns text
language sql immutable strict parallel safe
return lower(
  translate(name, 'İIıŞşĞğÜüÖöÇçÂâÎîÛû', 'iiissgguuooccaaiiuu') collate "und-x-icu"
);
comment on function hunter_fold(text) is 'Folds case, Turkish letters and accents, for search.';

create function hunter_touch() returns trigger
language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
comment on function hunter_touch() is 'Sets updated_at at every update of a row.';

-- An e-mail domain as core/domain.ts makes it: lower-case ASCII with a dot.
create domain domain_name as text collate "C"
  constraint domain_name_form check (
    length(value) <= 253 and value ~ '^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$'
  );
comment on domain domain_name is 'Lower-case ASCII domain name (punycode for others) of two or more parts.';
