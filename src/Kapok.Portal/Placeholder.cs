namespace Kapok.Portal;
