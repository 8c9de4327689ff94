namespace Kapok.Foundation;
