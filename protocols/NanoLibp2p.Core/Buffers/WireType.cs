namespace NanoLibp2p.Buffers
{
    /// <summary>How a protobuf field's value is written (protobuf encoding, "Message Structure"). Groups (3 and 4) are refused.</summary>
    public enum WireType
    {
        /// <summary>A varint of up to ten bytes.</summary>
        Varint = 0,

        /// <summary>Eight bytes, least significant first.</summary>
        Fixed64 = 1,

        /// <summary>A length and so many bytes: bytes, a string or a message.</summary>
        Bytes = 2,

        /// <summary>Four bytes, least significant first.</summary>
        Fixed32 = 5,
    }
}
