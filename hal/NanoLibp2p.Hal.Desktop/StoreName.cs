using System;
using System.Linq;

namespace NanoLibp2p.Hal.Desktop;

/// <summary>The rule of <see cref="IStore"/> for names, so that what works here works on a board.</summary>
internal static class StoreName
{
    public static string Check(string name) =>
        name.Length is >= 1 and <= 24 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? name
            : throw new ArgumentException($"'{name}' can't name a stored value; use 1 to 24 lower-case letters, digits and hyphens");
}
