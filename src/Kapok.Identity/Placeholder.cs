namespace Kapok.Identity;
