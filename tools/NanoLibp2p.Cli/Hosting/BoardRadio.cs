using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NanoLibp2p.Hal.Radio;

namespace NanoLibp2p.Cli;

/// <summary>The radio that a board is provisioned for: a kind that a chip has, or the URL of a virtual board's.</summary>
/// <param name="Settings">Its lines of the board's settings.</param>
/// <param name="IsLoRa">Whether its airtime is bounded by law.</param>
internal sealed record BoardRadio(string Settings, bool IsLoRa)
{
    /// <summary>From reading to reading where nothing else was said: what the firmware of a board with a radio does by itself.</summary>
    internal static readonly TimeSpan EveryOfLoRa = TimeSpan.FromMinutes(10);

    /// <summary>At SF9 no more signed readings than one in this time fit the hour of a device.</summary>
    internal static readonly TimeSpan LeastOfLoRa = TimeSpan.FromMinutes(1);

    private const string LoRa = "lora";
    private static readonly string[] _channels = ["868.1", "868.3", "868.5"];
    private static readonly string[] _others = ["ble", "802154", "serial", "thread"];

    /// <summary>Reads what was given as <c>--radio</c>.</summary>
    /// <exception cref="CliException">There is no such radio.</exception>
    internal static BoardRadio Parse(string text)
    {
        if (text == LoRa || text.StartsWith(LoRa + "?", StringComparison.Ordinal))
        {
            return ParseLoRa(text);
        }

        if (_others.Contains(text))
        {
            return new BoardRadio($"radio = {text}\n", false);
        }

        try
        {
            if (RadioAddress.Parse(text).Refuses(false) is { } why)
            {
                throw new FormatException(why);
            }
        }
        catch (FormatException e)
        {
            throw new CliException(text.Contains("://", StringComparison.Ordinal) ? e.Message
                : $"'{text}' is no radio of a board; give lora, lora?sf=7 to lora?sf=12, lora?channel=868.1, {string.Join(", ", _others)}, "
                    + "or a virtual board's URL, such as air://demo?profile=lora-sf9-eu868", CliException.WrongArguments);
        }

        return new BoardRadio($"radio = {text}\n", text.Contains("profile=lora", StringComparison.Ordinal)
            || text.StartsWith("sx12", StringComparison.Ordinal));
    }

    private static BoardRadio ParseLoRa(string text)
    {
        int spreading = 9;
        string channel = "";
        HashSet<string> given = [];
        foreach (string option in text[LoRa.Length..].TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = option.Split('=', 2);
            if (!given.Add(pair[0]))
            {
                throw new CliException($"'{text}': {pair[0]} is there twice; give it once", CliException.WrongArguments);
            }

            if (pair is ["sf", string factor])
            {
                spreading = int.TryParse(factor, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    && number is >= 7 and <= 12 ? number
                    : throw new CliException($"'{text}': the spreading factor is 7 to 12, as in lora?sf=9", CliException.WrongArguments);
            }
            else if (pair is ["channel", string mhz])
            {
                channel = _channels.Contains(mhz) ? $"channel = {mhz.Replace(".", "", StringComparison.Ordinal)}\n"
                    : throw new CliException($"'{text}': the channel is {string.Join(", ", _channels)} (MHz)", CliException.WrongArguments);
            }
            else
            {
                throw new CliException($"'{text}': '{option}' is no option; give sf=9, and channel=868.1 where the gateway hears that one",
                    CliException.WrongArguments);
            }
        }

        return new BoardRadio($"radio = {LoRa}\nspreading = {spreading}\n{channel}", true);
    }
}
