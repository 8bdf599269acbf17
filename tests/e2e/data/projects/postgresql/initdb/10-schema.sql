CREATE TABLE ship (id serial PRIMARY KEY, name text NOT NULL UNIQUE, tons integer CHECK (tons > 0));
INSERT INTO ship (name, tons) SELECT 'dhow ' || number, number * 10 FROM generate_series(1, 1000) AS number;
CREATE INDEX ON ship (tons);
