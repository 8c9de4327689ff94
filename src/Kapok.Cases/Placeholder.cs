namespace Kapok.Cases;
