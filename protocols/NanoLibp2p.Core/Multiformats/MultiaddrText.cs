using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    // Multiaddrs as text, component by component (multiaddr spec, "Human-readable").
    internal static class MultiaddrText
    {
        /// <summary>The binary form of a text, or null and why not.</summary>
        internal static byte[] Parse(string text, out string error)
        {
            error = null;
            char[] chars = text.ToCharArray();
            int end = chars.Length;
            while (end > 0 && chars[end - 1] == '/')
            {
                end--;
            }
            if (end == 0 || chars[0] != '/')
            {
                error = "a multiaddr begins with a slash and a protocol, such as /ip4/192.168.1.7/tcp/4001";
                return null;
            }

            byte[] buffer = new byte[Multiaddr.MaxBytes];
            int used = 0;
            int at = 0;
            while (at < end)
            {
                string name = Part(chars, ref at, end);
                int code = MultiaddrProtocol.CodeOf(name);
                int size = MultiaddrProtocol.ValueSize(code);
                if (size == MultiaddrProtocol.NoProtocol)
                {
                    error = name.Length == 0 ? "a protocol is missing between two slashes" : "'" + name + "' is not a protocol known here";
                    return null;
                }
                string value = string.Empty;
                if (size != 0)
                {
                    value = at < end ? Part(chars, ref at, end) : value;
                    if (value.Length == 0)
                    {
                        error = "a value is missing after /" + name;
                        return null;
                    }
                }
                used = Write(code, size, value, buffer, used, out error);
                if (error != null)
                {
                    return null;
                }
            }

            byte[] bytes = new byte[used];
            System.Array.Copy(buffer, bytes, used);
            return bytes;
        }

        /// <summary>The text of a component's value.</summary>
        internal static string Value(int code, byte[] bytes, int offset, int count)
        {
            switch (MultiaddrProtocol.ValueSize(code))
            {
                case 2:
                    return ((int)Bytes.ReadUInt16BigEndian(bytes, offset)).ToString();
                case MultiaddrProtocol.TextValue:
                    return Bytes.ToText(bytes, offset, count);
                case MultiaddrProtocol.PeerValue:
                    return Multibase.ToBase58(bytes, offset, count);
                default:
                    return IpText.Format(bytes, offset, count);
            }
        }

        // The text between the slash at the position and the next one, where the position goes.
        private static string Part(char[] chars, ref int at, int end)
        {
            int first = ++at;
            while (at < end && chars[at] != '/')
            {
                at++;
            }
            return new string(chars, first, at - first);
        }

        private static int Write(int code, int size, string value, byte[] buffer, int at, out string error)
        {
            error = null;
            char[] chars = value.ToCharArray();
            int count = size < 0 ? chars.Length : size;
            byte[] binary = new byte[count];
            string kind = null;
            switch (size)
            {
                case 2:
                    int read = 0;
                    int port = IpText.ParseDecimal(chars, ref read, chars.Length, 65535);
                    kind = port < 0 || read != chars.Length ? "a port (0 to 65535)" : null;
                    Bytes.WriteUInt16BigEndian(binary, 0, (ushort)port);
                    break;
                case 4:
                    kind = IpText.ParseIp4(chars, 0, chars.Length, binary, 0) ? null : "an IPv4 address";
                    break;
                case 16:
                    kind = IpText.ParseIp6(chars, 0, chars.Length, binary, 0) ? null : "an IPv6 address";
                    break;
                case MultiaddrProtocol.PeerValue:
                    PeerId id = PeerId.TryParse(value, out error);
                    if (id == null)
                    {
                        return 0;
                    }
                    binary = id.ToBytes();
                    count = binary.Length;
                    break;
                case MultiaddrProtocol.TextValue:
                    for (int i = 0; i < count; i++)
                    {
                        binary[i] = chars[i] < 0x80 ? (byte)chars[i] : (byte)0;
                    }
                    kind = MultiaddrProtocol.IsName(binary, 0, count) ? null : "a name (1 to 253 printable ASCII characters)";
                    break;
            }

            if (kind != null)
            {
                error = "'" + value + "' is not " + kind;
                return 0;
            }
            if (at + Varint.Size((uint)code) + (size < 0 ? Varint.Size((uint)count) : 0) + count > buffer.Length)
            {
                error = "it is longer than Multiaddr.MaxBytes = " + buffer.Length.ToString();
                return 0;
            }
            at += Varint.Write((uint)code, buffer, at);
            if (size < 0)
            {
                at += Varint.Write((uint)count, buffer, at);
            }
            System.Array.Copy(binary, 0, buffer, at, count);
            return at + count;
        }
    }
}
