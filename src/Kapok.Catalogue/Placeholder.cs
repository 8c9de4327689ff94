namespace Kapok.Catalogue;
