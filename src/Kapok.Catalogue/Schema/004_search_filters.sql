-- What narrows a search stands among the lexemes, so that one scan of the index decides words, place and filters:
--   #audience:1   #type:01   #line:market   #event:start-business   #online
with filters as (
  select item, array_to_tsvector(array['#type:' || type, '#line:' || line]
    || array(select '#audience:' || a from unnest(audience) a) || array(select '#event:' || e from unnest(life_events) e)
    || case when online then array['#online'] else '{}' end) as lexemes
  from catalogue.search)
update catalogue.search s set words = s.words || f.lexemes, tokens = s.tokens || f.lexemes from filters f where f.item = s.item;
