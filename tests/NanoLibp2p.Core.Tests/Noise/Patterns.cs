using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>The patterns of the Noise Protocol Framework, revision 34: sections 7.4 (one-way), 7.5 (interactive) and 18.1
/// (deferred).</summary>
internal static class Patterns
{
    // what comes before the dots is known before the first message; messages alternate, the initiator's first
    private static readonly Dictionary<string, string> _text = new()
    {
        ["N"] = "<- s ... e, es",
        ["K"] = "-> s <- s ... e, es, ss",
        ["X"] = "<- s ... e, es, s, ss",

        ["NN"] = "... e | e, ee",
        ["NK"] = "<- s ... e, es | e, ee",
        ["NX"] = "... e | e, ee, s, es",
        ["KN"] = "-> s ... e | e, ee, se",
        ["KK"] = "-> s <- s ... e, es, ss | e, ee, se",
        ["KX"] = "-> s ... e | e, ee, se, s, es",
        ["XN"] = "... e | e, ee | s, se",
        ["XK"] = "<- s ... e, es | e, ee | s, se",
        ["XX"] = "... e | e, ee, s, es | s, se",
        ["IN"] = "... e, s | e, ee, se",
        ["IK"] = "<- s ... e, es, s, ss | e, ee, se",
        ["IX"] = "... e, s | e, ee, se, s, es",

        ["NK1"] = "<- s ... e | e, ee, es",
        ["NX1"] = "... e | e, ee, s | es",
        ["X1N"] = "... e | e, ee | s | se",
        ["X1K"] = "<- s ... e, es | e, ee | s | se",
        ["XK1"] = "<- s ... e | e, ee, es | s, se",
        ["X1K1"] = "<- s ... e | e, ee, es | s | se",
        ["X1X"] = "... e | e, ee, s, es | s | se",
        ["XX1"] = "... e | e, ee, s | es, s, se",
        ["X1X1"] = "... e | e, ee, s | es, s | se",
        ["K1N"] = "-> s ... e | e, ee | se",
        ["K1K"] = "-> s <- s ... e, es | e, ee | se",
        ["KK1"] = "-> s <- s ... e | e, ee, se, es",
        ["K1K1"] = "-> s <- s ... e | e, ee, es | se",
        ["K1X"] = "-> s ... e | e, ee, s, es | se",
        ["KX1"] = "-> s ... e | e, ee, se, s | es",
        ["K1X1"] = "-> s ... e | e, ee, s | se, es",
        ["I1N"] = "... e, s | e, ee | se",
        ["I1K"] = "<- s ... e, es, s | e, ee | se",
        ["IK1"] = "<- s ... e, s | e, ee, se, es",
        ["I1K1"] = "<- s ... e, s | e, ee, es | se",
        ["I1X"] = "... e, s | e, ee, s, es | se",
        ["IX1"] = "... e, s | e, ee, se, s | es",
        ["I1X1"] = "... e, s | e, ee, s | se, es",
    };

    public static IEnumerable<string> Names => _text.Keys;

    public static bool IsOneWay(string name) => name.Length == 1;

    public static NoisePattern Make(string name)
    {
        string[] halves = _text[name].Split("...");
        return new NoisePattern(
            Encoding.ASCII.GetBytes($"Noise_{name}_25519_ChaChaPoly_SHA256"),
            halves[0].Contains("-> s", StringComparison.Ordinal) ? [NoisePattern.S] : [],
            halves[0].Contains("<- s", StringComparison.Ordinal) ? [NoisePattern.S] : [],
            halves[1].Split('|').Select(message => message.Split(',').Select(token => Token(token.Trim())).ToArray()).ToArray());
    }

    private static byte Token(string token) => token switch
    {
        "e" => NoisePattern.E,
        "s" => NoisePattern.S,
        "ee" => NoisePattern.EE,
        "es" => NoisePattern.ES,
        "se" => NoisePattern.SE,
        "ss" => NoisePattern.SS,
        _ => throw new ArgumentException(token),
    };
}
