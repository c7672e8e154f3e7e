ALTER TYPE made_up_state SET (STORAGE = external);

ALTER TYPE made_up_pair ADD ATTRIBUTE label text;

DROP FUNCTION IF EXISTS made_up_level(numeric, text);

--@ functions

DROP FUNCTION IF EXISTS _made_up_half(numeric);

DROP FUNCTION IF EXISTS made_up_short_life(numeric);
