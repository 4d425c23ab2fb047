namespace NanoLibp2p.Discovery.Tests;

/// <summary>A record or, with the rest empty, a question, as a test writes and reads it. Names are in dots.</summary>
/// <param name="Name">The owner.</param>
/// <param name="Type">12 PTR, 16 TXT, 33 SRV, 1 A, 28 AAAA.</param>
/// <param name="Class">1, or 0x8001 with the bit that flushes caches or asks for unicast.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Data">PTR: a name; SRV: port and name; TXT: strings, one a line; A, AAAA: the address.</param>
internal sealed record DnsRecord(string Name, int Type, int Class = 1, long Ttl = 120, string Data = "")
{
    public const int A = 1;
    public const int Ptr = 12;
    public const int Txt = 16;
    public const int Aaaa = 28;
    public const int Srv = 33;
    public const int Any = 255;
}
