#!/bin/sh
# Run once by the postgres image in an empty data directory: the three roles, and the owner's database.
set -eu

for role in owner service maintenance; do
	psql -X -q -v ON_ERROR_STOP=1 -U postgres -v password="$(cat "/run/secrets/${role}_password")" <<-END
		create role samhandling_$role login nosuperuser nocreaterole nocreatedb noreplication nobypassrls
			password :'password';
	END
done
psql -X -q -v ON_ERROR_STOP=1 -U postgres -d samhandling <<-'END'
	alter database samhandling owner to samhandling_owner;
	alter schema public owner to samhandling_owner;
	revoke all on database samhandling from public;
	grant connect on database samhandling to samhandling_service, samhandling_maintenance;
END
