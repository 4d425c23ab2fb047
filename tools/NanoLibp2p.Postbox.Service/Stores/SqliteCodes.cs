namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>SQLite's result codes that are told apart (sqlite.org/rescode.html).</summary>
internal static class SqliteCodes
{
    internal const int Permission = 3;
    internal const int Busy = 5;
    internal const int Locked = 6;
    internal const int IoError = 10;
    internal const int Full = 13;
    internal const int CanNotOpen = 14;
    internal const int NotADatabase = 26;
}
