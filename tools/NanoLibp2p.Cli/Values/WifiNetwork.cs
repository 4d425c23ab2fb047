using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;

namespace NanoLibp2p.Cli;

/// <summary>The Wi-Fi that a board joins. A password that an access point could not have is refused, and never shown.</summary>
internal sealed class WifiNetwork
{
    // IEEE 802.11, "SSID element"
    private const int MaxSsidBytes = 32;

    // IEEE 802.11, "Passphrase-to-PSK mapping": so many characters of printable ASCII
    private const int MinPasswordLength = 8;
    private const int MaxPasswordLength = 63;

    private readonly string _ssid;
    private readonly string? _password;

    /// <summary>Takes name and password; no password is an open network.</summary>
    /// <exception cref="CliException">No network can have them.</exception>
    internal WifiNetwork(string ssid, string? password)
    {
        int bytes = Encoding.UTF8.GetByteCount(ssid);
        if (bytes is 0 or > MaxSsidBytes || ssid.Any(char.IsControl))
        {
            throw new CliException(bytes is 0 or > MaxSsidBytes
                ? $"a Wi-Fi's name (SSID) has 1 to {MaxSsidBytes} bytes; '{SafeText.Printable(ssid)}' has {bytes}"
                : $"a Wi-Fi's name (SSID) has no control characters; '{SafeText.Printable(ssid)}' has", CliException.WrongArguments);
        }
        if (password != null && (password.Length is < MinPasswordLength or > MaxPasswordLength || password.Any(c => c is < ' ' or > '~')))
        {
            throw new CliException(password.Length is < MinPasswordLength or > MaxPasswordLength
                ? $"a Wi-Fi's password (WPA) has {MinPasswordLength} to {MaxPasswordLength} characters; this one has {password.Length}. "
                    + $"For an open network leave --password out"
                : "a Wi-Fi's password (WPA) is of printable ASCII characters; this one has others", CliException.WrongArguments);
        }
        (_ssid, _password) = (ssid, password);
    }

    /// <summary>As nanoff's <c>--networkdeployment</c> reads it: the firmware joins by itself at each start.</summary>
    internal JsonObject ToJson()
    {
        JsonObject client = new() { ["SSID"] = _ssid };
        if (_password == null)
        {
            client["Authentication"] = "Open";
        }
        else
        {
            client["Password"] = _password;
        }
        client["ConfigurationOption"] = "AutoConnect";
        return client;
    }
}
